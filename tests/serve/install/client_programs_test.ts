import assert from "node:assert/strict";
import { CLIENTS } from "../../../lib/serve/install/clients.ts";
import { installedFor } from "../../helpers/installed_client.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { clientProgram, noClients } from "../../helpers/tools.ts";

interface Look {
  /** The client's own command line that lists its servers. */
  list: string[];
  /** What it says of a server that it has started; of one that it only knows where it starts none. */
  says: RegExp;
  env?: Record<string, string>;
}

const LOOKS: Record<string, Look> = {
  "claude-code": { list: ["claude", "mcp", "list"], says: /^python-mcp: .* Connected$/m },
  "codex": { list: ["codex", "mcp", "list"], says: /^python-mcp .* enabled /m },
  "gemini": {
    list: ["gemini", "mcp", "list"],
    says: /python-mcp: .* Connected$/m,
    env: { GEMINI_CLI_TRUST_WORKSPACE: "true" },
  },
  "qwen": { list: ["qwen", "mcp", "list"], says: /python-mcp: .* Connected$/m },
  "opencode": { list: ["opencode", "mcp", "list"], says: /python-mcp .*connected/ },
  "copilot": { list: ["copilot", "mcp", "get", "python-mcp"], says: /Status: Enabled/ },
};

Deno.test("the tests run every client program that install is said to be seen with", () => {
  const seen = CLIENTS.filter((one) => one.seen).map(({ name }) => name);
  assert.deepEqual(seen, Object.keys(LOOKS));
});

for (const [client, { list: [program, ...args], says, env: more }] of Object.entries(LOOKS)) {
  skippableTest(`${client} has the server after install`, noClients, async () => {
    const { home, env } = await installedFor(client);
    await using _ = home;
    const { stdout, stderr } = await runProcess([clientProgram(program!), ...args], {
      cwd: home.path,
      env: { ...env, ...more },
      timeoutMs: 120_000,
    });
    assert.match(stdout + stderr, says);
  });
}

skippableTest("Codex starts the server and lists its tools after install", noClients, async () => {
  const { home, env } = await installedFor("codex");
  await using _ = home;
  const child = new Deno.Command(clientProgram("codex"), {
    args: ["app-server"],
    cwd: home.path,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    signal: AbortSignal.timeout(120_000),
  }).spawn();
  const requests = [
    {
      id: 1,
      method: "initialize",
      params: { clientInfo: { name: "test", title: "test", version: "1" } },
    },
    { method: "initialized" },
    { id: 2, method: "mcpServerStatus/list", params: {} },
  ];
  const writer = child.stdin.getWriter();
  for (const request of requests) {
    await writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
  }
  let seen = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    seen += piece;
    if (/^\{"id":2,.*\n/m.test(seen)) break;
  }
  await writer.close();
  await child.status;
  const answer = JSON.parse(seen.split("\n").find((line) => line.startsWith('{"id":2,'))!);
  assert.deepEqual(answer.result.data.map(({ name }: { name: string }) => name), ["python-mcp"]);
  assert("py_run_script_in_dir" in answer.result.data[0].tools);
});
