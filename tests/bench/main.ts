/**
 * `deno task bench [name…]`: what the server costs, as ratios against doing the same without it, side
 * by side in one run. Medians go to `results.json`.
 */
import { TestHome } from "../helpers/test_home.ts";
import { benchCell } from "./cell.ts";
import type { Figure } from "./compare.ts";
import { benchDependencies } from "./dependencies.ts";
import { benchDetection } from "./detection.ts";
import { benchJobStatus } from "./job_status.ts";
import { benchMemory, benchOutput } from "./output.ts";
import { benchQuickRun } from "./quick_run.ts";
import { benchCursor, benchWait } from "./reading.ts";
import { benchRay } from "./ray.ts";
import { type Results, writeResults } from "./results.ts";
import { benchSandbox } from "./sandbox.ts";
import { benchSessionStart } from "./session_start.ts";
import { benchIdleMemory, benchStart } from "./start.ts";
import { benchWarmRuns } from "./warm_runs.ts";

const BENCHES: Record<string, (home: TestHome) => Promise<Partial<Results>>> = {
  start: async (home) => ({ figures: await benchStart(home) }),
  quick_run: async (home) => ({ figures: await benchQuickRun(home) }),
  sandbox: async (home) => ({ figures: await benchSandbox(home) }),
  warm_runs: async (home) => ({ figures: await benchWarmRuns(home) }),
  dependencies: async (home) => ({ figures: await benchDependencies(home) }),
  detection: async () => ({ amounts: [await benchDetection()] }),
  job_status: async (home) => ({ figures: await benchJobStatus(home) }),
  output: async (home) => ({ figures: await benchOutput(home) }),
  cursor: async (home) => ({ figures: await benchCursor(home) }),
  wait: async (home) => ({ amounts: [await benchWait(home)] }),
  cell: async (home) => ({ amounts: [await benchCell(home)] }),
  session: async (home) => ({ amounts: [await benchSessionStart(home)] }),
  idle: async (home) => ({ amounts: [await benchIdleMemory(home)] }),
  ray: benchRay,
  memory: async (home) => ({ amounts: await benchMemory(home) }),
};

const results: Results = { figures: [], amounts: [] };
const chosen = Deno.args.length > 0 ? Deno.args : Object.keys(BENCHES);
print("  ratio   goal       ours       base");
for (const name of chosen) {
  const bench = BENCHES[name];
  if (!bench) {
    throw new Error(`There is no bench ${name}; there are ${Object.keys(BENCHES).join(", ")}`);
  }
  await using home = await TestHome.create();
  const { figures = [], amounts = [] } = await bench(home);
  for (const figure of figures) print(row(figure));
  for (const { value, unit, goal, what, since } of amounts) {
    print(`${verdict(value, goal)}${value} ${unit} (at most ${goal})  ${what} : ${since}`);
  }
  results.figures.push(...figures);
  results.amounts.push(...amounts);
}
// A part of the figures does not replace all of them.
if (Deno.args.length === 0) await writeResults(results);

function row({ ratio, goal, ours_ms, base_ms, ours, base }: Figure): string {
  const cells = [ratio.toFixed(2), `≤ ${goal}`, `${ours_ms} ms`, `${base_ms} ms`];
  const widths = [5, 6, 10, 10];
  const text = cells.map((cell, column) => cell.padStart(widths[column]!)).join(" ");
  return `${verdict(ratio, goal)}${text}  ${ours} : ${base}`;
}

function verdict(value: number, goal: number): string {
  return value <= goal ? "✓ " : "✗ ";
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
