import { findUv } from "../../lib/python/find_uv.ts";
import { connect, serverEnv } from "../helpers/connect.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, type Figure } from "./compare.ts";
import { run } from "./processes.ts";

const DEPENDENCIES = ["requests", "pandas"];

/** With packages that are installed already, against uv started directly. */
export async function benchDependencies(home: TestHome): Promise<Figure[]> {
  await using server = await connect({ home: home.path });
  await Deno.writeTextFile(home.join("h.py"), "print(1)\n");
  const call = async () => {
    const { json } = await server.call("py_run_script_with_dependencies", {
      directory: home.path,
      script_path: "h.py",
      dependencies: DEPENDENCIES,
      time_budget_seconds: 50,
    });
    if (json.stdout !== "1\n") throw new Error(JSON.stringify(json));
  };
  // Installs uv too where there is none.
  await call();
  const uv = findUv(home.path, serverEnv());
  if (!uv) throw new Error("uv was not found");
  const withPackages = DEPENDENCIES.flatMap((name) => ["--with", name]);
  return [
    await compare({
      name: "dependencies",
      ours: "`py_run_script_with_dependencies` with requests and pandas, warm",
      base: "`uv run --with requests --with pandas`",
      goal: 0.15,
      pairs: 15,
      runOurs: call,
      runBase: async () => void await run([uv, "run", ...withPackages, "h.py"], home.path),
    }),
  ];
}
