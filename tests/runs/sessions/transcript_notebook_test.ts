import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type CellOutput,
  entriesOf,
  type TranscriptEntry,
} from "../../../lib/runs/sessions/transcript_entry.ts";
import { cellsOf, tellStory } from "../../../lib/runs/sessions/session_story.ts";
import { transcriptNotebook } from "../../../lib/runs/sessions/transcript_notebook.ts";
import {
  BEGAN,
  began,
  PNG,
  printed,
  ran,
  shown,
  writeSession,
} from "../../helpers/transcript_scene.ts";

const CLEAN_END: TranscriptEntry = { type: "end", at: BEGAN, reason: "It was ended", died: false };
const DEATH: TranscriptEntry = { type: "end", at: BEGAN, reason: "SIGSEGV", died: true };

/** What a story consists of, in short: the code of its cells, and `†` for a death. */
const STORIES: Record<string, [TranscriptEntry[], string]> = {
  "its cells": [[began(), ran(1, "a"), ran(2, "b")], "a b"],
  "what began last on purpose": [[began(), ran(1, "a"), CLEAN_END, began(), ran(1, "b")], "b"],
  "what ran before a death": [[began(), ran(1, "a"), DEATH, began(), ran(1, "b")], "a † b"],
  "what ran before a death that nobody could write down": [
    [began(), ran(1, "a"), began(), ran(1, "b")],
    "a † b",
  ],
  "what ran before two deaths": [
    [began(), ran(1, "a"), DEATH, began(), DEATH, began(), ran(1, "b")],
    "a † † b",
  ],
  "what ran again after a death, once": [
    [began(), ran(1, "a"), ran(2, "x", [], "failed"), DEATH, began(), ran(1, "a"), ran(2, "b")],
    "a b",
  ],
  "what ran before a death where not all ran again": [
    [began(), ran(1, "a"), ran(2, "b"), DEATH, began(), ran(1, "a")],
    "a b † a",
  ],
  "its cells once it has ended": [[began(), ran(1, "a"), CLEAN_END], "a"],
  "its cells once it has died": [[began(), ran(1, "a"), DEATH], "a"],
  "nothing where nothing began": [[], ""],
};

for (const [what, [entries, expected]] of Object.entries(STORIES)) {
  Deno.test(`the story of a session has ${what}`, () => {
    const { parts } = tellStory(entries);
    const seen = parts.map((part) => part.type === "cell" ? part.code : "†").join(" ");
    assert.equal(seen, expected);
  });
}

Deno.test("what a cell printed after its end is with that cell, or with the one before", () => {
  const cells = cellsOf(tellStory([
    began(),
    ran(1, "start()", [printed("started\n")]),
    ran(2, "2"),
    { type: "late", cell: 1, at: BEGAN, text: "late\n" },
    { type: "late", cell: 0, at: BEGAN, text: "nobody's\n" },
  ]));
  assert.deepEqual(cells.map(({ outputs }) => outputs), [
    [printed("started\nlate\n")],
    [printed("nobody's\n")],
  ]);
});

Deno.test("a transcript is read without the line that a crash cut short", () => {
  const whole = JSON.stringify(ran(1, "a"));
  const read = entriesOf(`${whole}\n{"type":"of tomorrow"}\nnull\n${whole.slice(0, -9)}`);
  assert.deepEqual(read, [JSON.parse(whole)]);
});

/** The notebook of a session with these entries, and what lies in its folder. */
function notebookOf(entries: TranscriptEntry[], prepare = (_folder: string) => {}) {
  const home = Deno.makeTempDirSync();
  try {
    const folder = writeSession(home, "work", entries);
    prepare(folder);
    return JSON.parse(transcriptNotebook("work", tellStory(entries), folder));
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
}

Deno.test("a notebook has the code, the outputs and the pictures of its session", () => {
  const error: CellOutput = {
    output_type: "error",
    ename: "ZeroDivisionError",
    evalue: "division by zero",
    traceback: ["Traceback…"],
  };
  const { cells, metadata, ...version } = notebookOf([
    began(),
    ran(1, "x = 1\nprint(x)", [printed("1\n")]),
    ran(2, "x / 0", [error], "failed"),
    ran(3, "plot()", [shown("pictures/cell_3_1.png")]),
    ran(4, "x", [{ output_type: "execute_result", data: { "text/plain": "1" } }]),
    { type: "packages", at: BEGAN, packages: ["pandas==2.2.0"] },
  ]);
  assert.deepEqual(version, { nbformat: 4, nbformat_minor: 5 });
  assert.deepEqual(cells[0].source, ["x = 1\n", "print(x)"]);
  assert.deepEqual(cells[0].outputs, [printed("1\n")]);
  assert.deepEqual(cells[1].outputs, [error]);
  assert.equal(cells[2].outputs[0].data["image/png"], PNG);
  assert.equal(cells[3].outputs[0].execution_count, 4);
  assert.deepEqual(cells.map((cell: Record<string, number>) => cell.execution_count), [1, 2, 3, 4]);
  assert.equal(new Set(cells.map(({ id }: { id: string }) => id)).size, 4);
  assert.equal(metadata.language_info.version, "3.11.2");
  assert.deepEqual(metadata.python_mcp, {
    session: "work",
    started_at: "2026-11-28T12:00:00.000Z",
    python: "/usr/bin/python3",
    python_version: "3.11.2",
    directory: "/data",
    dependencies: ["six==1.17.0"],
    packages: ["pandas==2.2.0"],
  });
});

Deno.test("a notebook holds no password of the index that a package came from", () => {
  const first = { ...began(), dependencies: ["a @ https://me:secret@host/a.whl"] };
  const added = { type: "packages", at: BEGAN, packages: ["b @ https://me:secret@host/b.whl"] };
  const entries = [first, added] as TranscriptEntry[];
  assert.doesNotMatch(JSON.stringify(notebookOf(entries)), /secret/);
});

/** What a cell may claim to have shown. */
const PICTURES: Record<string, [path: string, prepare?: (folder: string) => void]> = {
  "that is gone": ["pictures/gone.png"],
  "outside the session's folder": ["pictures/../../../secret"],
  "with an absolute path": ["/etc/passwd"],
  "that is a link": [
    "pictures/link.png",
    (folder) => Deno.symlinkSync("/etc/passwd", join(folder, "pictures", "link.png")),
  ],
  "that is a folder": [
    "pictures/folder.png",
    (folder) => Deno.mkdirSync(join(folder, "pictures", "folder.png")),
  ],
};

for (const [what, [path, prepare]] of Object.entries(PICTURES)) {
  Deno.test(`a notebook has the text in place of a picture ${what}`, () => {
    const { cells } = notebookOf([began(), ran(1, "plot()", [shown(path)])], prepare);
    assert.deepEqual(cells[0].outputs[0].data, {
      "text/plain": "<Figure size 640x480 with 1 Axes>",
    });
  });
}
