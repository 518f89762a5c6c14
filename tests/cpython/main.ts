/**
 * CPython's own tests bare, as cold and as warm jobs, one module after the other, all of them by default. On Debian they are
 * in `libpython3.11-testsuite`. A test that differs is run again by itself, twice at most: it counts if it does so again.
 *
 *     deno task cpython [--match PATTERN]… [--limit SECONDS] [--mode start|imports] [socket asyncio …]
 */
import { parseArgs } from "node:util";
import { ColdAndWarm } from "../helpers/compare_runs.ts";
import { TestHome } from "../helpers/test_home.ts";
import { type Compared, compareModule, describe, differing, NotComparable } from "./compare.ts";
import { ALL, LEFT_OUT } from "./modules.ts";

const MOST_TRIES = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    match: { type: "string", short: "m", multiple: true },
    limit: { type: "string" },
    mode: { type: "string", default: "start" },
  },
});
const named = positionals.map((name) => name.startsWith("test_") ? name : `test_${name}`);
const modules = named.length > 0 ? named : ALL;
const options = { match: values.match, limitSeconds: Number(values.limit ?? 600) };

await using home = await TestHome.create();
await using runs = await ColdAndWarm.start(home, { mode: values.mode as "start" | "imports" });
const counts = { same: 0, differ: 0, left: 0 };
for (const [index, module] of modules.entries()) {
  print(`[${index + 1}/${modules.length}] ${module}:`);
  try {
    counts[await show(module) ? "same" : "differ"]++;
  } catch (error) {
    if (!(error instanceof NotComparable)) throw error;
    print(` not comparable here: ${error.message}\n`);
    counts.left++;
  }
}
print(`${counts.same} the same, ${counts.differ} differ, ${counts.left} not comparable here\n`);
Deno.exitCode = counts.differ === 0 ? 0 : 1;

/** Compares a module and says what came of it; whether it is the same. */
async function show(module: string): Promise<boolean> {
  const onRun = (kind: string, seconds: number) => print(` ${kind} ${seconds.toFixed(1)} s,`);
  const compared = await compareModule(runs, module, { ...options, onRun });
  if (compared.reason !== undefined) throw new Error(`${module} was cold: ${compared.reason}`);
  const again = await differAgain(module, compared);
  const results = Object.values(compared.bare);
  const count = (outcome: string) => results.filter((one) => one === outcome).length;
  const failed = count("failure") + count("error");
  print(` ${again.length === 0 ? "same" : "DIFFERS"}: ${results.length - 1} tests`);
  print(` (${count("skipped")} skipped, ${failed} failed bare)\n`);
  for (const [pattern, reason] of Object.entries(LEFT_OUT[module] ?? {})) {
    print(`    left out: ${pattern}, which ${reason}\n`);
  }
  for (const name of differing(compared)) {
    const steady = again.includes(name) ? "" : " (once; the same by itself)";
    print(`    ${describe(compared, name)}${steady}\n`);
  }
  return again.length === 0;
}

/** Which of the tests that differ do so each time that they are run by themselves. */
async function differAgain(module: string, first: Compared): Promise<string[]> {
  let names = differing(first);
  const isOfTests = names.some((name) => name !== "exit");
  if (!isOfTests) return names;
  for (let tries = 1; tries < MOST_TRIES && names.some((name) => name !== "exit"); tries++) {
    print(" again,");
    const match = names.filter((name) => name !== "exit");
    const found = new Set(differing(await compareModule(runs, module, { ...options, match })));
    names = match.filter((name) => found.has(name));
  }
  return names;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
