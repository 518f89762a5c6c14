import { type HttpLoad, readHttpLoad } from "../bench/http_load.ts";
import { readResults, type Results } from "../bench/results.ts";
import { readSessionRows, type SessionRow } from "../bench/sessions/results.ts";
import chaos from "../chaos/results.json" with { type: "json" };
import load from "../load/results.json" with { type: "json" };
import { clientsTable } from "./clients_table.ts";
import { markdownTable } from "./markdown_table.ts";
import { toolNames, toolReference } from "./tool_reference.ts";
import { trialRows } from "./trials_table.ts";

const ROOT = new URL("../../", import.meta.url);

/** The generated parts of the documents: by document, then by the name in their markers. */
export type DocParts = Record<string, Record<string, string>>;

/** The parts as the code, and what was measured last, have them. */
export async function docParts(): Promise<DocParts> {
  return {
    "README.md": { "tool names": toolNames() },
    "docs/guides/clients.md": { clients: clientsTable() },
    "docs/reference/tools.md": { tools: toolReference() },
    "docs/reference/costs.md": {
      figures: figureTable(await readResults()),
      "http load": httpLoad(await readHttpLoad()),
      sessions: sessionTable(await readSessionRows()),
    },
    "docs/reference/trials.md": {
      trials: markdownTable(["run", "what was done, and found", "times"], trialRows(chaos, load)),
    },
  };
}

export async function readDocument(document: string): Promise<string> {
  return await Deno.readTextFile(new URL(document, ROOT));
}

export async function writeDocument(document: string, text: string): Promise<void> {
  await Deno.writeTextFile(new URL(document, ROOT), text);
}

/**
 * A document with its generated parts put in, each between two comments with its name.
 *
 * @throws {Error} where the markers of a part are missing
 */
export function withParts(text: string, parts: Record<string, string>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
    const from = text.indexOf(start);
    const to = text.indexOf(end);
    if (from < 0 || to < from) throw new Error(`The markers ${start} … ${end} are missing`);
    return `${text.slice(0, from)}${start}\n\n${part}\n\n${text.slice(to)}`;
  }, text);
}

function figureTable({ figures, amounts }: Results): string {
  return markdownTable(["measured", "against", "median", "goal"], [
    ...figures.map(({ ours, base, ratio, goal }) => [ours, base, `${ratio} ×`, `≤ ${goal} ×`]),
    ...amounts.map((
      { what, since, value, unit, goal },
    ) => [what, since, `${value} ${unit}`, `≤ ${goal} ${unit}`]),
  ]);
}

function sessionTable(rows: SessionRow[]): string {
  return markdownTable(
    ["what", "`py_session_run`", "jupyter-mcp-server 2.2.4"],
    rows.map(({ what, ours, theirs }) => [what, ours, theirs]),
  );
}

function httpLoad({ clients, seconds, calls, errors, p99_ms, memory_mib }: HttpLoad): string {
  const ratio = (p99_ms.ours / p99_ms.empty).toFixed(2);
  return markdownTable(["measured", "value"], [
    [`calls of ${clients} clients at once, in ${seconds} s`, `${calls}`],
    ["errors", `${errors}`],
    ["`py_job_status` at the 99th percentile", `${p99_ms.ours} ms`],
    ["an empty handler of the same SDK", `${p99_ms.empty} ms`],
    ["ratio", `${ratio} × (goal: ≤ 1.5 ×)`],
    ["the server's memory before, and at most", `${memory_mib.before} MiB, ${memory_mib.most} MiB`],
  ]);
}
