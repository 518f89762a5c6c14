import assert from "node:assert/strict";
import { FrameWriter } from "../../../lib/jobs/ray/frame_writer.ts";
import { type Frame, readFrames } from "../../../lib/jobs/ray/read_frames.ts";
import { JobFiles } from "../../../lib/jobs/files/job_files.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { ensureFolder } from "../../../lib/base/private_files.ts";

const HALF_A_LINE = '@python-mcp {"kind": "data", "fi';

/** A log as a job leaves it, with lines of Ray's own and bytes that are no text among them. */
function logOf(...frames: Record<string, unknown>[]): Uint8Array {
  const lines = frames.map((frame) => `@python-mcp ${JSON.stringify(frame)}\n`);
  const text = new TextEncoder().encode(`INFO of Ray\n${lines.join("(raylet) more\n")}`);
  return new Uint8Array([0xff, 0x0a, ...text]);
}

async function framesIn(log: Uint8Array, piece = 7): Promise<Frame[]> {
  const pieces = Array.from(
    { length: Math.ceil(log.length / piece) },
    (_, at) => log.slice(at * piece, (at + 1) * piece),
  );
  return await Array.fromAsync(readFrames(ReadableStream.from(pieces)));
}

function data(file: string, at: number, text: string) {
  return { kind: "data", file, at, data: new TextEncoder().encode(text).toBase64() };
}

/** A job's files, and what writes frames into them, with a limit of 100 bytes a stream. */
async function begin() {
  const home = await TestHome.create();
  const files = new JobFiles(home.join("job"));
  ensureFolder(home.join("job"));
  files.create();
  const writeAll = async (log: Uint8Array) => {
    const writer = new FrameWriter(files, 100);
    for (const frame of await framesIn(log)) if (frame.kind === "data") writer.write(frame);
    writer.close();
  };
  return { home, files, writeAll };
}

Deno.test("frames are read when a log comes in pieces, with what others write between them", async () => {
  const log = logOf({ kind: "hello", node: "n", python: "3.12.1" }, data("stdout", 0, "é\n"));
  const frames = (await framesIn(log)).filter(({ kind }) => kind !== "other");
  assert.deepEqual(frames, [
    { kind: "hello", node: "n", python: "3.12.1" },
    data("stdout", 0, "é\n"),
  ]);
});

Deno.test("a line is no frame when it is cut off, of another kind, or lacks what it must have", async () => {
  const text = [
    HALF_A_LINE,
    '@python-mcp {"kind": "data", "file": "stdout", "at": -1, "data": ""}',
    '@python-mcp {"kind": "data", "file": 3, "at": 0, "data": ""}',
    '@python-mcp {"kind": "outcome", "outcome": null, "left_behind": []}',
    '@python-mcp {"kind": "what"}',
    '@python-mcp {"kind": "checkpoint", "node": "n", "python": "3.12"}',
    '@python-mcp {"kind": "checkpoint", "node": "n", "python": "3.12", "started_at": null, ' +
    '"progress": null, "offsets": {"stdout": -1}}',
    "@python-mcp null",
  ].join("\n");
  const frames = await framesIn(new TextEncoder().encode(text));
  assert.deepEqual(new Set(frames.map(({ kind }) => kind)), new Set(["other"]));
});

Deno.test("no byte is lost or doubled when a log is read again after an end at any place", async () => {
  const { home, files, writeAll } = await begin();
  await using _ = home;
  const log = logOf(data("stdout", 0, "abc"), data("stderr", 0, "E"), data("stdout", 3, "defgh"));
  for (let kept = 0; kept <= 8; kept++) {
    await Deno.writeTextFile(files.stdout, "abcdefgh".slice(0, kept));
    await writeAll(log);
    assert.equal(await Deno.readTextFile(files.stdout), "abcdefgh");
  }
  assert.equal(await Deno.readTextFile(files.stderr), "E");
});

Deno.test("nothing is written when a frame leaves a gap, names a file outside, or exceeds the limit", async () => {
  const { home, files, writeAll } = await begin();
  await using _ = home;
  const made = [...Deno.readDirSync(files.folder)].map(({ name }) => name).sort();
  await writeAll(logOf(
    data("stdout", 5, "gap"),
    data("artifacts/../../escaped", 0, "x"),
    data("artifacts//etc/x", 0, "x"),
    data("artifacts/", 0, "x"),
    data("outcome.json", 0, "x"),
    data("stderr", 0, "x".repeat(300)),
    data("artifacts/deep/in.txt", 0, "made"),
  ));
  assert.equal((await Deno.stat(files.stdout)).size, 0);
  assert.equal((await Deno.stat(files.stderr)).size, 100);
  assert.equal(await Deno.readTextFile(`${files.artifacts}/deep/in.txt`), "made");
  const names = [...Deno.readDirSync(files.folder)].map(({ name }) => name).sort();
  assert.deepEqual(names, made);
});

Deno.test("a file is known not to be whole when something before a piece of it is missing", async () => {
  const { home, files } = await begin();
  await using _ = home;
  await Deno.writeTextFile(files.stdout, "abc");
  const writer = new FrameWriter(files, 10);
  const piece = (file: string, at: number, text: string) =>
    writer.write(data(file, at, text) as Extract<Frame, { kind: "data" }>);
  assert.equal(piece("stdout", 5, "gap"), false);
  assert.equal(piece("artifacts/a", 1, "gap"), false);
  assert.equal(piece("stdout", 2, "cdefghijkl"), true);
  assert.equal(piece("outcome.json", 5, "no file of a job"), true);
  // It has all that it may have.
  assert.equal(piece("stdout", 12, "beyond"), true);
  assert.equal(await Deno.readTextFile(files.stdout), "abcdefghij");
  assert.deepEqual(
    [["stdout", 99], ["stderr", 0], ["stderr", 1], ["prepare", 0]].map(([file, size]) =>
      writer.reaches(file as string, size as number)
    ),
    [true, true, false, true],
  );
  writer.close();
});
