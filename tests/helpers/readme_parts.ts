import { TOOLS } from "../../lib/mcp/tools.ts";
import type { Results } from "../bench/results.ts";
import chaos from "../chaos/results.json" with { type: "json" };
import load from "../load/results.json" with { type: "json" };
import { trialRows } from "./trials_table.ts";

export const README = new URL("../../README.md", import.meta.url);

/** The generated parts of the README by the name in their markers. */
export type Parts = Record<"tools" | "figures" | "trials", string>;

export function readmeParts(results: Results): Parts {
  return { tools: toolTable(), figures: figureTable(results), trials: trialTable() };
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

function figureTable({ figures, wait_ms, memory_growth_mb }: Results): string {
  const rows = figures.map((
    { ours, base, ratio, goal },
  ) => [ours, base, `${ratio} ×`, `≤ ${goal} ×`]);
  if (wait_ms) {
    const { value, goal } = wait_ms;
    const waits = "`py_job_status` with `wait_seconds` on another server: its answer";
    rows.push([waits, "the end of the job", `+${value} ms`, `≤ ${goal} ms`]);
  }
  if (memory_growth_mb) {
    const { value, goal } = memory_growth_mb;
    rows.push([
      "the server's memory during that output",
      "before it",
      `+${value} MB`,
      `≤ ${goal} MB`,
    ]);
  }
  return table(["measured", "against", "median", "goal"], rows);
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
