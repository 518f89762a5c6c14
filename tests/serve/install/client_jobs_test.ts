import assert from "node:assert/strict";
import { CLIENTS } from "../../../lib/serve/install/clients.ts";
import { cli } from "../../helpers/cli.ts";
import { crowd } from "../../helpers/crowd.ts";
import { installedFor } from "../../helpers/installed_client.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { ScriptedModel } from "../../helpers/scripted_model.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { clientProgram, noClients } from "../../helpers/tools.ts";

const ASK = "Run Python that prints 6 * 7, in the background";
const TOOL = "py_run_script_in_dir";

interface Way {
  command: string[];
  env?: Record<string, string>;
  /** Its settings before `install`. */
  settings?: Record<string, unknown>;
}

/** How each client asks a model at an address, without a person. */
const WAYS: Record<string, (url: string) => Way> = {
  "claude-code": (url) => ({
    command: ["claude", "-p", ASK, "--allowedTools", `mcp__python-mcp__${TOOL}`],
    env: {
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: "none",
      ENABLE_TOOL_SEARCH: "false",
      MCP_CONNECTION_NONBLOCKING: "false",
    },
  }),
  "codex": (url) => ({
    command: [
      ...["codex", "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"],
      ...["-c", "mcp_servers.python-mcp.required=true"],
      ...["-c", 'model_provider="scripted"', "-c", 'model="scripted"'],
      ...["-c", `model_providers.scripted={name="s", base_url="${url}/v1", wire_api="responses"}`],
      ASK,
    ],
  }),
  "gemini": (url) => ({
    command: ["gemini", "-m", "gemini-2.5-pro", "--yolo", "-p", ASK],
    env: {
      GEMINI_API_KEY: "none",
      GOOGLE_GEMINI_BASE_URL: url,
      GEMINI_CLI_TRUST_WORKSPACE: "true",
    },
    settings: {
      ".gemini/settings.json": { security: { auth: { selectedType: "gemini-api-key" } } },
    },
  }),
  "qwen": (url) => ({
    command: ["qwen", "--auth-type", "openai", "--yolo", "-p", ASK],
    env: { OPENAI_API_KEY: "none", OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: "scripted" },
    settings: { ".qwen/settings.json": { tools: { toolSearch: { enabled: false } } } },
  }),
  "opencode": (url) => ({
    command: ["opencode", "run", "-m", "scripted/scripted", ASK],
    env: {
      OPENCODE_CONFIG_CONTENT: JSON.stringify({
        provider: {
          scripted: {
            npm: "@ai-sdk/openai-compatible",
            options: { baseURL: `${url}/v1`, apiKey: "none" },
            models: { scripted: { name: "scripted", tool_call: true } },
          },
        },
      }),
    },
  }),
  "copilot": (url) => ({
    command: ["copilot", "-p", ASK, "--allow-all-tools", "--model", "scripted"],
    env: {
      COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
      COPILOT_PROVIDER_TYPE: "openai",
      COPILOT_PROVIDER_API_KEY: "none",
      COPILOT_MODEL: "scripted",
    },
  }),
};

Deno.test("a model runs Python in every client that install is said to be seen with", () => {
  const seen = CLIENTS.filter((one) => one.seen).map(({ name }) => name);
  assert.deepEqual(Object.keys(WAYS), seen);
});

for (const [client, way] of Object.entries(WAYS)) {
  skippableTest(
    `a model in ${client} starts a job after install, within a minute, and the job outlives it`,
    noClients,
    async () => {
      await using model = new ScriptedModel(TOOL, {
        directory: "/tmp",
        script_content: "import time; time.sleep(1); print(6 * 7)",
        time_budget_seconds: 0,
        use_uv: false,
      });
      const { command: [program, ...args], env: more, settings } = way(model.url);
      const { home, env } = await installedFor(client, settings);
      await using _ = home;
      const { stdout, stderr } = await runProcess([clientProgram(program!), ...args], {
        cwd: home.path,
        env: { ...env, ...more },
        timeoutMs: 60_000 * crowd(),
      });
      const said = [...model.seen, stdout, stderr].join("\n");
      const [, id] = /job_id\W+([\w-]+)/.exec(model.results.join("\n")) ?? [];
      assert(id, said);
      assert.equal((await cli(home, ["jobs", "wait", id])).code, 0);
      assert.equal((await cli(home, ["jobs", "logs", id])).stdout, "42\n");
    },
  );
}
