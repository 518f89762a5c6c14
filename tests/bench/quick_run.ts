import { connect } from "../helpers/connect.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, type Figure } from "./compare.ts";
import { fastestPython } from "./fastest_python.ts";
import { run } from "./processes.ts";

/** How often a script runs before it counts: its first run teaches what a warm one needs. */
const BEFORE = 10;

const KINDS: { name: string; what: string; env: Record<string, string>; goal: number }[] = [
  { name: "quick run, warm", what: "warm", env: {}, goal: 0.9 },
  {
    name: "quick run, cold",
    what: "`PYTHON_MCP_WARM=off`",
    env: { PYTHON_MCP_WARM: "off" },
    goal: 1.3,
  },
];

/** `print(1)` through the tool, against the same interpreter started directly. */
export async function benchQuickRun(home: TestHome): Promise<Figure[]> {
  const python = await fastestPython();
  await Deno.writeTextFile(home.join("h.py"), "print(1)\n");
  const figures: Figure[] = [];
  for (const { name, what, env, goal } of KINDS) {
    await using server = await connect({ home: home.path, env: { ...python.env, ...env } });
    const call = async () => {
      const input = { directory: home.path, script_path: "h.py", use_uv: false };
      const { json } = await server.call("py_run_script_in_dir", input);
      if (json.exit_code !== 0) throw new Error(JSON.stringify(json));
    };
    for (let n = 0; n < BEFORE; n++) await call();
    // A warm host starts while its server is idle.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    figures.push(
      await compare({
        name,
        ours: `\`py_run_script_in_dir\` of \`print(1)\`, ${what}`,
        base: `\`python3 h.py\`, ${python.name}`,
        goal,
        pairs: 100,
        runOurs: call,
        runBase: async () => void await run([python.path, "h.py"], home.path),
      }),
    );
  }
  return figures;
}
