import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { skippableTest } from "../helpers/skippable.ts";
import { TestHome } from "../helpers/test_home.ts";
import { noTools, toolArgs } from "../helpers/tools.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Runs the command line of the MCP Inspector, a host that others wrote. */
async function inspect(home: TestHome, ...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...[...toolArgs("inspector"), "--cli"],
      ...["-e", `PYTHON_MCP_HOME=${home.path}`],
      ...[Deno.execPath(), "run", "-A", "--no-prompt", MAIN],
      ...args,
    ],
    cwd: home.path,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assert.equal(code, 0, decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout));
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
