import { TOOLS } from "../../lib/mcp/tools.ts";
import { type HttpLoad, readHttpLoad } from "../bench/http_load.ts";
import { readResults, type Results } from "../bench/results.ts";
import chaos from "../chaos/results.json" with { type: "json" };
import load from "../load/results.json" with { type: "json" };
import { trialRows } from "./trials_table.ts";

export const README = new URL("../../README.md", import.meta.url);

/** The generated parts of the README by the name in their markers. */
export type Parts = Record<"tools" | "figures" | "http load" | "trials", string>;

/** The parts as the code, and what was measured last, have them. */
export async function readmeParts(): Promise<Parts> {
  return {
    tools: toolTable(),
    figures: figureTable(await readResults()),
    "http load": httpLoad(await readHttpLoad()),
    trials: trialTable(),
  };
}

/**
 * The README with its generated parts put in, each between two comments with its name.
 *
 * @throws {Error} where the markers of a part are missing
 */
export function withParts(readme: string, parts: Parts): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
    const from = text.indexOf(start);
    const to = text.indexOf(end);
    if (from < 0 || to < from) throw new Error(`README.md lacks the markers ${start} … ${end}`);
    return `${text.slice(0, from)}${start}\n\n${part}\n\n${text.slice(to)}`;
  }, readme);
}

function toolTable(): string {
  const rows = TOOLS.map(({ name, description }) => [`\`${name}\``, description]);
  return table(["tool", "what it does, as a model reads it"], rows);
}

function figureTable({ figures, amounts }: Results): string {
  return table(["measured", "against", "median", "goal"], [
    ...figures.map(({ ours, base, ratio, goal }) => [ours, base, `${ratio} ×`, `≤ ${goal} ×`]),
    ...amounts.map((
      { what, since, value, unit, goal },
    ) => [what, since, `${value} ${unit}`, `≤ ${goal} ${unit}`]),
  ]);
}

function httpLoad({ clients, seconds, calls, errors, p99_ms, memory_mib }: HttpLoad): string {
  const ratio = (p99_ms.ours / p99_ms.empty).toFixed(2);
  return table(["measured", "value"], [
    [`calls of ${clients} clients at once, in ${seconds} s`, `${calls}`],
    ["errors", `${errors}`],
    ["`py_job_status` at the 99th percentile", `${p99_ms.ours} ms`],
    ["an empty handler of the same SDK", `${p99_ms.empty} ms`],
    ["ratio", `${ratio} × (goal: ≤ 1.5 ×)`],
    ["the server's memory before, and at most", `${memory_mib.before} MiB, ${memory_mib.most} MiB`],
  ]);
}

function trialTable(): string {
  return table(["run", "what was done, and found", "times"], trialRows(chaos, load));
}

/** A table as `deno fmt` would write it. */
function table(head: string[], rows: string[][]): string {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`
  );
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}
