/**
 * `deno task cpython [module …]`: CPython's own tests bare, as cold and as warm jobs, all of them by default. On Debian they
 * are in `libpython3.11-testsuite`.
 */
import { ColdAndWarm } from "../helpers/compare_runs.ts";
import { TestHome } from "../helpers/test_home.ts";
import { ALL, compareModule, differences } from "./compare.ts";

await using home = await TestHome.create();
await using runs = await ColdAndWarm.start(home);
let failed = 0;
for (const module of Deno.args.length > 0 ? Deno.args : ALL) {
  await runs.untilWarm({ script_content: "print(1)" });
  const compared = await compareModule(runs, module).catch((error: Error) => error);
  if (compared instanceof Error) {
    print(`left out: ${compared.message}`);
    continue;
  }
  const found = differences(compared);
  const count = Object.keys(compared.bare).length - 1;
  print(`${found.length === 0 ? "same" : "DIFFERS"} ${module}: ${count} tests`);
  for (const line of found) print(`  ${line}`);
  failed += found.length > 0 ? 1 : 0;
}
print(failed === 0 ? "All are the same" : `${failed} differ`);
Deno.exitCode = failed === 0 ? 0 : 1;

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}
