import assert from "node:assert/strict";
import { MAIN } from "../helpers/program.ts";
import { runProcess } from "../helpers/run_process.ts";
import { skippableTest } from "../helpers/skippable.ts";
import { TestHome } from "../helpers/test_home.ts";
import { noTools, toolArgs } from "../helpers/tools.ts";

/** Runs the command line of the MCP Inspector, a host that others wrote. */
async function inspect(home: TestHome, ...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runProcess([
    ...[Deno.execPath(), ...toolArgs("inspector"), "--cli"],
    ...["-e", `PYTHON_MCP_HOME=${home.path}`],
    ...[Deno.execPath(), "run", "-A", "--no-prompt", MAIN],
    ...args,
  ], { cwd: home.path });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

skippableTest("the MCP Inspector lists the tools when it starts the server", noTools, async () => {
  await using home = await TestHome.create();
  const { tools } = await inspect(home, "--method", "tools/list") as { tools: { name: string }[] };
  assert.ok(tools.some(({ name }) => name === "py_run_script_in_dir"));
});

skippableTest(
  "the MCP Inspector gets a script's output when it calls a tool",
  noTools,
  async () => {
    await using home = await TestHome.create();
    const { structuredContent } = await inspect(
      home,
      ...["--method", "tools/call", "--tool-name", "py_run_script_in_dir"],
      ...["--tool-arg", `directory=${home.path}`, "--tool-arg", "script_content=print(6*7)"],
      ...["--tool-arg", "use_uv=false"],
    );
    assert.equal((structuredContent as { stdout: string }).stdout, "42\n");
  },
);
