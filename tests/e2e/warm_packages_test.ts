import assert from "node:assert/strict";
import { ColdAndWarm } from "../helpers/compare_runs.ts";
import { ROOT } from "../helpers/program.ts";
import { runProcess } from "../helpers/run_process.ts";
import { uvFolder } from "../helpers/run_plan.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { waitFor } from "../helpers/wait_for.ts";

type Result = Record<string, unknown>;

const FIXTURES = `${ROOT}tests/fixtures/warm_packages`;
const PACKAGES = ["numpy==2.4.0", "matplotlib==3.10.8"];
/** Whether they were imported ahead. */
const AHEAD = `import sys
print([name in sys.modules for name in ("numpy", "matplotlib.pyplot")])
import numpy, matplotlib.pyplot`;

const shared = new SharedServers();
/** Servers on a Python with numpy and matplotlib, and a host that has imported both. */
const servers = () =>
  shared.once("packages", async (home) => {
    const uv = `${await uvFolder()}/uv`;
    const venv = home.join("venv");
    const python = `${venv}/bin/python`;
    for (
      const args of [["venv", "-p", "/usr/bin/python3", venv], [
        "pip",
        "install",
        "-p",
        python,
        ...PACKAGES,
      ]]
    ) {
      const { code, stderr } = await runProcess([uv, ...args, "-q"]);
      assert.equal(code, 0, stderr);
    }
    const both = await ColdAndWarm.start(home, { mode: "imports", python });
    await waitFor(async () => {
      const { stdout } = await both.run(both.warm, { script_content: AHEAD });
      return stdout === "[True, True]\n";
    }, { what: "a host with numpy and matplotlib", timeoutMs: 90_000 });
    return both;
  });

function artifacts({ artifacts = [] }: Result): [string, Uint8Array][] {
  return (artifacts as { name: string; path: string }[])
    .map(({ name, path }) => [name, Deno.readFileSync(path)]);
}

for (const name of ["with_numpy.py", "with_matplotlib.py"]) {
  Deno.test(`a run with packages imported ahead prints and draws what a cold one does: ${name}`, async () => {
    const both = await servers();
    const script = { script_path: `${FIXTURES}/${name}` };
    const cold = await both.run(both.cold, script);
    assert.equal(cold.exit_code, 0, String(cold.stderr));
    const warm = await both.untilWarm(script);
    const told = ({ stdout, stderr, exit_code }: Result) => ({ stdout, stderr, exit_code });
    assert.deepEqual(told(warm), told(cold));
    assert.deepEqual(artifacts(warm), artifacts(cold));
    assert.equal(artifacts(warm).length, name === "with_matplotlib.py" ? 1 : 0);
  });
}

Deno.test("numpy's random values differ from one warm run to the next", async () => {
  const both = await servers();
  const script = { script_path: `${FIXTURES}/random_values.py` };
  const [one, other] = [await both.untilWarm(script), await both.untilWarm(script)]
    .map(({ stdout }) => String(stdout).trim().split(" "));
  assert.equal(one!.length, 7);
  one!.forEach((value, index) => assert.notEqual(value, other![index], `value ${index}`));
});
