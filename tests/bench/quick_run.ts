import { connect } from "../helpers/connect.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, type Figure } from "./compare.ts";
import { run } from "./processes.ts";

/** `print(1)` through the tool, against the same interpreter started directly. */
export async function benchQuickRun(home: TestHome): Promise<Figure[]> {
  await using server = await connect({ home: home.path });
  const call = async (script_path: string) => {
    const input = { directory: home.path, script_path, use_uv: false };
    const { json } = await server.call("py_run_script_in_dir", input);
    if (json.exit_code !== 0) throw new Error(JSON.stringify(json));
    return String(json.stdout);
  };
  await Deno.writeTextFile(home.join("h.py"), "print(1)\n");
  await Deno.writeTextFile(home.join("which.py"), "import sys; print(sys.executable)\n");
  const python = (await call("which.py")).trim();
  return [
    await compare({
      name: "quick run",
      ours: "`py_run_script_in_dir` of `print(1)`, system Python",
      base: "`python3 h.py` started directly",
      goal: 1.5,
      pairs: 100,
      runOurs: async () => void await call("h.py"),
      runBase: async () => void await run([python, "h.py"], home.path),
    }),
  ];
}
