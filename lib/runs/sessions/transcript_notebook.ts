import { hideSecrets } from "../../base/hide_secrets.ts";
import { notebookOutputs } from "./notebook_outputs.ts";
import type { CellRan, SessionBegan, SessionEnded } from "./transcript_entry.ts";
import type { SessionStory } from "./session_story.ts";

type Json = Record<string, unknown>;

/**
 * A session as a Jupyter notebook (nbformat 4.5): its cells with their outputs, pictures inside, and
 * the environment in the metadata.
 *
 * @param folder The session's, where its pictures are.
 * @returns the text of the file
 */
export function transcriptNotebook(name: string, story: SessionStory, folder: string): string {
  const notebook = {
    cells: story.parts.map((part, at) =>
      part.type === "cell" ? codeCell(part, folder) : deathCell(part, at)
    ),
    metadata: metadataOf(name, story),
    nbformat: 4,
    nbformat_minor: 5,
  };
  // As nbformat indents. Half a character is no Unicode, and Jupyter could not save it again.
  return JSON.stringify(notebook, (_, value) => toWellFormed(value), 1) + "\n";
}

function codeCell(ran: CellRan, folder: string): Json {
  const { cell, job_id, code, at, elapsed_seconds, outputs } = ran;
  return {
    cell_type: "code",
    execution_count: cell,
    id: job_id,
    metadata: {
      // Where Jupyter keeps when a cell ran.
      execution: {
        "iopub.execute_input": timeOf(at - elapsed_seconds),
        "shell.execute_reply": timeOf(at),
      },
    },
    outputs: notebookOutputs(outputs, folder, cell),
    source: linesOf(code),
  };
}

function deathCell({ at, reason }: SessionEnded, place: number): Json {
  return {
    cell_type: "markdown",
    id: `session-died-${place}`,
    metadata: {},
    source: linesOf(
      `**The session died here**, ${timeOf(at)}: ${reason}\n\n` +
        "The variables of the cells above were gone from here on.",
    ),
  };
}

function metadataOf(name: string, { began, packages }: SessionStory): Json {
  return {
    kernelspec: { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" },
    language_info: languageInfo(began?.python_version ?? undefined),
    python_mcp: {
      session: name,
      ...(began && environmentOf(began)),
      packages: packages.map(hideSecrets),
    },
  };
}

function languageInfo(version: string | undefined): Json {
  return {
    codemirror_mode: { name: "ipython", version: 3 },
    file_extension: ".py",
    mimetype: "text/x-python",
    name: "python",
    nbconvert_exporter: "python",
    pygments_lexer: "ipython3",
    ...(version === undefined ? {} : { version }),
  };
}

function environmentOf(
  { python, python_version, directory, dependencies, at }: SessionBegan,
): Json {
  return {
    started_at: timeOf(at),
    python,
    python_version,
    directory,
    dependencies: dependencies.map(hideSecrets),
  };
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** As notebooks have text, each line with its end: tools that compare files show which one changed. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function toWellFormed(value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}
