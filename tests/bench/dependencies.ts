import { findUv } from "../../lib/python/environment/find_uv.ts";
import { connect, type Connection } from "../helpers/connect.ts";
import { serverEnv } from "../helpers/program.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { type Act, compare, type Figure } from "./compare.ts";
import { run } from "./processes.ts";

const DEPENDENCIES = ["requests", "pandas"];
const HEADER = `# /// script\n# dependencies = ${JSON.stringify(DEPENDENCIES)}\n# ///\n`;
const OURS = "`py_run_script_with_dependencies` with requests and pandas";

/** With packages that uv has in its cache, against uv started directly: the first time, then again. */
export async function benchDependencies(home: TestHome): Promise<Figure[]> {
  await using server = await connect({ home: home.path });
  await Deno.writeTextFile(home.join("h.py"), "print(1)\n");
  await Deno.writeTextFile(home.join("s.py"), HEADER + "print(1)\n");
  const ours = () => runOurs(server, home);
  // Installs uv too where there is none.
  await ours();
  const uv = findUv(home.path, serverEnv());
  if (!uv) throw new Error("uv was not found");
  const withPackages = DEPENDENCIES.flatMap((name) => ["--with", name]);
  const uvRun = (...args: string[]) => async () => void await run([uv, "run", ...args], home.path);
  return [
    await compare({
      name: "dependencies",
      ours: `${OURS}, warm`,
      base: "`uv run --with requests --with pandas`",
      goal: 0.15,
      pairs: 15,
      runOurs: ours,
      runBase: uvRun(...withPackages, "h.py"),
    }),
    await compare({
      name: "dependencies, script",
      ours: `${OURS}, warm`,
      base: "`uv run --script` with the same in its header",
      goal: 1,
      pairs: 25,
      runOurs: ours,
      runBase: uvRun("--script", "s.py"),
    }),
    await compare({
      name: "dependencies, first",
      ours: `${OURS}, the first time`,
      base: "`uv run --script` of a new script, packages cached",
      goal: 1.5,
      pairs: 7,
      runOurs: firstRun(ours, home.join("environments")),
      runBase: firstUvRun(uv, home),
    }),
  ];
}

async function runOurs(server: Connection, home: TestHome): Promise<void> {
  const { json } = await server.call("py_run_script_with_dependencies", {
    directory: home.path,
    script_path: "h.py",
    dependencies: DEPENDENCIES,
    time_budget_seconds: 50,
  });
  if (json.stdout !== "1\n") throw new Error(JSON.stringify(json));
}

/** Without the environment that an earlier run made; only the run is measured. */
function firstRun(act: Act, environments: string): Act {
  return async () => {
    await Deno.remove(environments, { recursive: true });
    const began = performance.now();
    await act();
    return performance.now() - began;
  };
}

/** uv keeps an environment for each path of a script. */
function firstUvRun(uv: string, home: TestHome): Act {
  let count = 0;
  return async () => {
    const script = home.join(`new_${count++}.py`);
    await Deno.writeTextFile(script, HEADER + "print(1)\n");
    const began = performance.now();
    await run([uv, "run", "--script", script], home.path);
    return performance.now() - began;
  };
}
