import assert from "node:assert/strict";
import { parse } from "jsonc-parser";
import { dirname } from "node:path";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { statIfThere } from "../../../lib/base/private_files.ts";
import { CLIENTS } from "../../../lib/serve/install/clients.ts";
import { cli } from "../../helpers/cli.ts";
import { clientFoldersIn } from "../../helpers/installed_client.ts";
import { MAIN } from "../../helpers/program.ts";
import { TestHome } from "../../helpers/test_home.ts";

const DENO = Deno.execPath();
const RUN = ["run", "-A", "--no-prompt", MAIN];
const URL = "http://127.0.0.1:8000/mcp";
const headers = { Authorization: "Bearer a-token" };
const plain = { command: DENO, args: RUN, env: {} };
const stdio = { type: "stdio", ...plain };

/** Each client's file, the key of its servers, and its entries: to start, and over HTTP. */
const WANTED: Record<string, [path: string, key: string, entry: object, http?: object]> = {
  "claude-desktop": ["A/Claude/claude_desktop_config.json", "mcpServers", plain],
  "claude-code": [".claude.json", "mcpServers", stdio, { type: "http", url: URL, headers }],
  "vscode": ["A/Code/User/mcp.json", "servers", stdio, { type: "http", url: URL, headers }],
  "cursor": [".cursor/mcp.json", "mcpServers", plain, { url: URL, headers }],
  "zed": [".config/zed/settings.json", "context_servers", plain, { url: URL, headers }],
  "codex": [".codex/config.toml", "mcp_servers", plain, { url: URL, http_headers: headers }],
  "gemini": [".gemini/settings.json", "mcpServers", plain, { httpUrl: URL, headers }],
  "qwen": [".qwen/settings.json", "mcpServers", plain, { httpUrl: URL, headers }],
  "opencode": [
    ".config/opencode/opencode.json",
    "mcp",
    { type: "local", command: [DENO, ...RUN], environment: {}, enabled: true },
    { type: "remote", url: URL, headers, enabled: true },
  ],
  "copilot": [
    ".copilot/mcp-config.json",
    "mcpServers",
    { type: "local", ...plain, tools: ["*"] },
    { type: "http", url: URL, headers, tools: ["*"] },
  ],
  "amp": [".config/amp/settings.json", "amp.mcpServers", plain, { url: URL, headers }],
  "cline": [
    "A/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
    "mcpServers",
    plain,
    { type: "streamableHttp", url: URL, headers },
  ],
  "cline-cli": [
    ".cline/data/settings/cline_mcp_settings.json",
    "mcpServers",
    plain,
    { type: "streamableHttp", url: URL, headers },
  ],
  "roo": [
    "A/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
    "mcpServers",
    plain,
    { type: "streamable-http", url: URL, headers },
  ],
  "windsurf": [
    ".codeium/windsurf/mcp_config.json",
    "mcpServers",
    plain,
    { serverUrl: URL, headers },
  ],
  "kiro": [".kiro/settings/mcp.json", "mcpServers", plain, { url: URL, headers }],
  "lmstudio": [".lmstudio/mcp.json", "mcpServers", plain, { url: URL, headers }],
  "warp": [".warp/.mcp.json", "mcpServers", plain, { url: URL, headers }],
  "goose": [
    ".config/goose/config.yaml",
    "extensions",
    {
      name: "python-mcp",
      enabled: true,
      type: "stdio",
      cmd: DENO,
      args: RUN,
      envs: {},
      timeout: 300,
    },
    {
      name: "python-mcp",
      enabled: true,
      type: "streamable_http",
      uri: URL,
      headers,
      timeout: 300,
    },
  ],
  "continue": [".continue/mcpServers/python-mcp.json", "mcpServers", plain, {
    type: "http",
    url: URL,
    headers,
  }],
};

/** What a person has already, by the end of the file's name. */
const MINE: Record<string, (key: string) => string> = {
  json: (key) =>
    `// mine\n{\n    "other": [1, 2,], // stays\n    "${key}": {\n        /* a server */\n` +
    `        "mine": { "command": "x" }, // behind\n    },\n}\n`,
  toml: (key) =>
    `# mine\nother = [1, 2] # stays\n\n[${key}.mine]  # a server\ncommand = 'x' # behind\n\n` +
    `# of what follows\n[profiles.fast]\nmodel = "m"\n`,
  yaml: (key) =>
    `# mine\nother:   [1, 2]   # stays\n${key}:\n    # a server\n    mine:\n` +
    `        command: x   # behind\n\n# of what follows\nlast: 'y'\n`,
};
const READ: Record<string, (text: string) => Record<string, Record<string, unknown>>> = {
  json: (text) => parse(text),
  toml: (text) => JSON.parse(JSON.stringify(parseToml(text))),
  yaml: (text) => parseYaml(text),
};

const applications = Deno.build.os === "darwin" ? "Library/Application Support" : ".config";
const pathOf = (home: TestHome, client: string) =>
  home.join(WANTED[client]![0].replace(/^A\//, `${applications}/`));
const formatOf = (path: string) => path.split(".").at(-1)!;

/** An empty machine, and the command line on it. */
async function machine() {
  const home = await TestHome.create();
  const env = { ...clientFoldersIn(home), PYTHON_MCP_TOKEN: "a-token" };
  return { home, run: (...args: string[]) => cli(home, args, { env }) };
}

/** The entry in a client's file; what depends on the machine is left out. */
function entryIn(home: TestHome, client: string): object {
  const path = pathOf(home, client);
  const text = Deno.readTextFileSync(path);
  const entry = READ[formatOf(path)]!(text)[WANTED[client]![1]]!["python-mcp"] as object;
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [key, /^env/.test(key) ? {} : value]),
  );
}

Deno.test("the tests know every client that install knows", () => {
  assert.deepEqual(CLIENTS.map(({ name }) => name), Object.keys(WANTED));
});

Deno.test("install writes each client's own form when it has no configuration", async () => {
  const { home, run } = await machine();
  await using _ = home;
  for (const [client, [, , wanted]] of Object.entries(WANTED)) {
    const { code, stderr } = await run("install", "--client", client);
    assert.equal(code, 0, stderr);
    assert.deepEqual(entryIn(home, client), wanted, client);
    assert.equal(statIfThere(pathOf(home, client))!.mode! & 0o777, 0o600, client);
  }
  const { stdout } = await run("doctor", "--offline");
  for (const { title } of CLIENTS) assert(stdout.includes(`${title} has the server`), title);
  const { stdout: removed } = await run("uninstall", "--json");
  assert.deepEqual(JSON.parse(removed).map(({ action }: { action: string }) => action), [
    ...CLIENTS.map(() => "removed"),
  ]);
  for (const client of Object.keys(WANTED)) assert(!statIfThere(pathOf(home, client)), client);
});

Deno.test("install and uninstall keep what else stands in each client's file, comments included", async () => {
  const { home, run } = await machine();
  await using _ = home;
  for (const client of Object.keys(WANTED)) {
    const path = pathOf(home, client);
    const mine = MINE[formatOf(path)]!(WANTED[client]![1]);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, mine);
  }
  const { stdout, stderr } = await run("install", "--yes", "--json");
  // The Deno that runs the tests may lie in npx's cache.
  assert.equal(stderr.replace(/^python-mcp: warning: the Deno that is written, .*\n/, ""), "");
  assert.equal(JSON.parse(stdout).length, CLIENTS.length);
  for (const [client, [, key]] of Object.entries(WANTED)) {
    const path = pathOf(home, client);
    const [text, mine] = [Deno.readTextFileSync(path), MINE[formatOf(path)]!(key)];
    for (const line of mine.split("\n")) {
      assert(text.split("\n").includes(line), `${client}: ${line}`);
    }
    assert.deepEqual(Object.keys(READ[formatOf(path)]!(text)[key]!), ["mine", "python-mcp"]);
    assert.equal(Deno.readTextFileSync(`${path}.before-python-mcp`), mine);
    // What was changed since stays as well.
    Deno.writeTextFileSync(path, text.replace("stays", "since"));
  }
  await run("uninstall");
  for (const [client, [, key]] of Object.entries(WANTED)) {
    const path = pathOf(home, client);
    const mine = MINE[formatOf(path)]!(key).replace("stays", "since");
    assert.equal(Deno.readTextFileSync(path).trimEnd(), mine.trimEnd(), client);
  }
});

Deno.test("install --http writes address and token for clients that take one, and shows no token", async () => {
  const { home, run } = await machine();
  await using _ = home;
  for (const [client, [, , , wanted]] of Object.entries(WANTED)) {
    const shown = await run("install", "--client", client, "--http", "--dry-run");
    const { code, stderr } = await run("install", "--client", client, "--http");
    assert.equal(shown.stdout.includes("a-token"), false);
    if (!wanted) {
      assert.equal(code, 1);
      assert.match(stderr, /takes no address; leave out --http/);
      continue;
    }
    assert.match(shown.stdout, /Bearer \*{4}/);
    assert.equal(code, 0, stderr);
    assert.deepEqual(entryIn(home, client), wanted, client);
  }
});

Deno.test("a file that everybody may read is the user's alone when a token is written into it", async () => {
  const { home, run } = await machine();
  await using _ = home;
  Deno.mkdirSync(home.join(".cursor"));
  Deno.writeTextFileSync(home.join(".cursor/mcp.json"), "{}\n");
  Deno.chmodSync(home.join(".cursor/mcp.json"), 0o644);
  await run("install", "--client", "cursor", "--http");
  assert.equal(Deno.statSync(home.join(".cursor/mcp.json")).mode! & 0o777, 0o600);
});

for (
  const [args, env, message] of [
    [
      ["--url", "http://example.org/mcp"],
      "",
      /token of example\.org is not known .*PYTHON_MCP_TOKEN/,
    ],
    [["--url", "python-mcp"], "a-token", /--url takes an address such as/],
    [["--url", "file:///etc/passwd"], "a-token", /--url takes an address such as/],
  ] as const
) {
  Deno.test(`install --http ${args.join(" ")} is refused`, async () => {
    await using home = await TestHome.create();
    const { code, stderr } = await cli(
      home,
      ["install", "--client", "cursor", "--http", ...args],
      { env: { HOME: home.path, PYTHON_MCP_TOKEN: env } },
    );
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.equal(statIfThere(home.join(".cursor")), undefined);
  });
}

Deno.test("each client's configuration is looked for where its system keeps it", () => {
  const pathsOn = (os: "linux" | "darwin", env = {}) =>
    Object.fromEntries(CLIENTS.map(({ name, path }) => {
      return [name, path({ env: { HOME: "/home/me", ...env }, os })];
    }));
  const wanted = (folder: string) =>
    Object.fromEntries(
      Object.entries(WANTED).map(([client, [path]]) => {
        return [client, `/home/me/${path.replace(/^A\//, folder)}`];
      }),
    );
  assert.deepEqual(pathsOn("linux"), wanted(".config/"));
  assert.deepEqual(
    pathsOn("darwin", { XDG_CONFIG_HOME: "/ignored/there" }),
    wanted("Library/Application Support/"),
  );
  const moved = pathsOn("linux", {
    XDG_CONFIG_HOME: "/x",
    CLAUDE_CONFIG_DIR: "/y",
    CODEX_HOME: "/z",
    COPILOT_HOME: "/c",
  });
  assert.equal(moved.zed, "/x/zed/settings.json");
  assert.equal(moved["claude-code"], "/y/.claude.json");
  assert.equal(moved.codex, "/z/config.toml");
  assert.equal(moved.copilot, "/c/mcp-config.json");
});
