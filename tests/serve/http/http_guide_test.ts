import assert from "node:assert/strict";
import { HttpServerProcess } from "../../helpers/http_server.ts";
import { ROOT } from "../../helpers/program.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { TestHome } from "../../helpers/test_home.ts";

const GUIDE = new URL("../../../docs/guides/http.md", import.meta.url);

/** The block of the guide that starts with a text. */
function blockStarting(start: string): string {
  const blocks = [...Deno.readTextFileSync(GUIDE).matchAll(/```\w*\n(.*?)```/gs)].map((match) =>
    match[1]!
  );
  return blocks.find((block) => block.startsWith(start))!;
}

Deno.test("the HTTP guide's curl command runs a script when it is pasted", async () => {
  await using home = await TestHome.create();
  const pasted = blockStarting("curl");
  await using server = await HttpServerProcess.start({ home: home.join(".python_mcp") });
  const command = pasted.replaceAll("http://127.0.0.1:8000/mcp", server.url);
  assert.notEqual(command, pasted);
  const { code, stdout: text } = await runProcess(["bash", "-c", command], {
    env: { HOME: home.path },
  });
  assert.equal(code, 0);
  const answer = JSON.parse(/\{.*\}/.exec(text)![0]);
  assert.equal(answer.result.structuredContent.stdout, "42\n", text);
});

Deno.test("the HTTP guide's server command names options that the server has", async () => {
  const [, ...words] = blockStarting("deno run").split("#")[0]!.trim().split(" ");
  const { stdout: help } = await runProcess([Deno.execPath(), ...words, "--help"], { cwd: ROOT });
  for (const option of ["--http", "--port", "--host"]) assert.ok(help.includes(option), option);
});

Deno.test("the HTTP guide's configuration is JSON that names the endpoint", () => {
  const config = JSON.parse(blockStarting("{"));
  assert.equal(config.servers["python-mcp"].url, "http://127.0.0.1:8000/mcp");
});
