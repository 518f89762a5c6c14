import { connect } from "../helpers/connect.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, type Figure } from "./compare.ts";
import { fastestPython } from "./fastest_python.ts";

const BEFORE = 5;

/** `print(1)` in a sandbox, against the same server without one; the runs of a sandbox are cold. */
export async function benchSandbox(home: TestHome): Promise<Figure[]> {
  const python = await fastestPython();
  const directory = home.join("root");
  Deno.mkdirSync(directory);
  const callOf = async (name: string, sandbox: string, more: Record<string, string> = {}) => {
    const owner = { PYTHON_MCP_SANDBOX: sandbox, PYTHON_MCP_SANDBOX_WRITE: directory };
    const env = { ...python.env, ...owner, ...more };
    const server = await connect({ home: home.join(name), env });
    const call = async () => {
      const input = { directory, script_content: "print(1)", use_uv: false };
      const { json } = await server.call("py_run_script_in_dir", input);
      if (json.exit_code !== 0) throw new Error(JSON.stringify(json));
    };
    for (let n = 0; n < BEFORE; n++) await call();
    return { server, call };
  };
  const bare = await callOf("bare", "off");
  const isolated = await callOf("isolated", "isolated");
  const cold = await callOf("cold", "off", { PYTHON_MCP_WARM: "off" });
  await using _bare = bare.server;
  await using _cold = cold.server;
  await using _isolated = isolated.server;
  const figure = { goal: 1.6, pairs: 100, runOurs: isolated.call };
  const ours = "`py_run_script_in_dir` of `print(1)`, `PYTHON_MCP_SANDBOX=isolated`";
  return [
    await compare({
      ...figure,
      name: "sandbox",
      ours,
      base: "the same without a sandbox, warm",
      runBase: bare.call,
    }),
    await compare({
      ...figure,
      name: "sandbox_cold",
      ours,
      base: "the same without a sandbox, `PYTHON_MCP_WARM=off`",
      runBase: cold.call,
    }),
  ];
}
