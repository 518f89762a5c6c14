import assert from "node:assert/strict";
import { parse } from "jsonc-parser";
import { dirname, join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { exists } from "../../../lib/base/private_files.ts";
import { CLIENTS } from "../../../lib/serve/install/clients.ts";
import { cli, cliProcess } from "../../helpers/cli.ts";
import { denoDir, MAIN } from "../../helpers/program.ts";
import { uvFolder } from "../../helpers/run_plan.ts";
import { TestHome } from "../../helpers/test_home.ts";

const isMac = Deno.build.os === "darwin";
const applications = isMac ? "Library/Application Support" : ".config";
const FILES: Record<string, [path: string, key: string]> = {
  "claude-desktop": [`${applications}/Claude/claude_desktop_config.json`, "mcpServers"],
  "claude-code": [".claude.json", "mcpServers"],
  "vscode": [`${applications}/Code/User/mcp.json`, "servers"],
  "cursor": [".cursor/mcp.json", "mcpServers"],
  "zed": [".config/zed/settings.json", "context_servers"],
};

const WITH_COMMENTS = (key: string) =>
  `// mine\n{\n    "other": [1, 2,], // stays\n    "${key}": {\n        /* a server */\n` +
  `        "mine": { "command": "x" }, // behind\n    },\n}\n`;

function inHome(home: TestHome, ...args: string[]) {
  const env = { HOME: home.path, XDG_CONFIG_HOME: "", CLAUDE_CONFIG_DIR: "" };
  return cli(home, args, { env });
}

function write(home: TestHome, path: string, text: string): string {
  Deno.mkdirSync(dirname(home.join(path)), { recursive: true });
  Deno.writeTextFileSync(home.join(path), text);
  return home.join(path);
}

const namesIn = (path: string) =>
  [...Deno.readDirSync(dirname(path))].map(({ name }) => name).sort();

Deno.test("the tests know every client that install knows", () => {
  assert.deepEqual(CLIENTS.map(({ name }) => name), Object.keys(FILES));
});

for (const [client, [path, key]] of Object.entries(FILES)) {
  Deno.test(`install writes absolute paths when ${client} has no configuration`, async () => {
    await using home = await TestHome.create();
    assert.equal((await inHome(home, "install", "--client", client)).code, 0);
    const { command, args, env, type } =
      parse(Deno.readTextFileSync(home.join(path)))[key]["python-mcp"];
    assert.equal(command, Deno.execPath());
    assert.deepEqual(args, ["run", "-A", "--no-prompt", MAIN]);
    assert(env.PATH.split(":").includes(dirname(Deno.execPath())));
    assert.equal(env.PYTHON_MCP_HOME, home.join("home"));
    assert.equal(type, client === "vscode" || client === "claude-code" ? "stdio" : undefined);
  });

  Deno.test(`install keeps comments and other servers when ${client} has some`, async () => {
    await using home = await TestHome.create();
    const file = write(home, path, WITH_COMMENTS(key));
    assert.equal((await inHome(home, "install", "--client", client)).code, 0);
    const text = Deno.readTextFileSync(file);
    for (
      const part of [
        "// mine",
        "// stays",
        "/* a server */",
        '"mine": { "command": "x" }, // behind',
      ]
    ) {
      assert(text.includes(part), part);
    }
    assert.deepEqual(Object.keys(parse(text)[key]), ["mine", "python-mcp"]);
    assert.equal(Deno.readTextFileSync(`${file}.before-python-mcp`), WITH_COMMENTS(key));
  });

  Deno.test(`uninstall leaves the file of ${client} byte for byte as it was before`, async () => {
    await using home = await TestHome.create();
    const file = write(home, path, WITH_COMMENTS(key));
    const names = namesIn(file);
    await inHome(home, "install", "--client", client);
    assert.equal((await inHome(home, "uninstall", "--client", client)).code, 0);
    assert.equal(Deno.readTextFileSync(file), WITH_COMMENTS(key));
    assert.deepEqual(namesIn(file), names);
  });
}

const WRITTEN_ON_WINDOWS: Record<string, string> = {
  "begins with a byte order mark": `\ufeff${WITH_COMMENTS("mcpServers")}`,
  "ends its lines with CRLF": WITH_COMMENTS("mcpServers").replaceAll("\n", "\r\n"),
  "has a byte order mark and CRLF": `\ufeff{\r\n  "mcpServers": {}\r\n}\r\n`,
  "is a byte order mark alone": "\ufeff",
};
for (const [what, text] of Object.entries(WRITTEN_ON_WINDOWS)) {
  Deno.test(`install and uninstall keep a configuration as it is when it ${what}`, async () => {
    await using home = await TestHome.create();
    const file = write(home, ".cursor/mcp.json", text);
    assert.equal((await inHome(home, "install", "--client", "cursor")).code, 0);
    const installed = Deno.readTextFileSync(file);
    assert.equal(installed.startsWith("\ufeff"), text.startsWith("\ufeff"));
    assert.equal(installed.includes("\r\n"), text.includes("\r\n"));
    assert(parse(installed.replace("\ufeff", "")).mcpServers["python-mcp"]);
    const { stdout } = await inHome(home, "doctor", "--offline");
    assert.match(stdout, /Cursor has the server/);
    assert.equal((await inHome(home, "uninstall", "--client", "cursor")).code, 0);
    assert.equal(Deno.readTextFileSync(file), text);
  });
}

Deno.test("install warns of a Deno in npx's cache, which npm may empty", async () => {
  await using home = await TestHome.create();
  const deno = home.join("_npx/0/deno");
  Deno.mkdirSync(dirname(deno), { recursive: true });
  Deno.copyFileSync(Deno.execPath(), deno);
  const args = ["run", "-A", MAIN, "install", "--client", "cursor"];
  const { code, stderr } = await new Deno.Command(deno, {
    args,
    env: {
      HOME: home.path,
      DENO_DIR: denoDir(),
      PYTHON_MCP_HOME: home.join("home"),
      NO_COLOR: "1",
    },
  }).output();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stderr), /warning: .*_npx.*npm install --global deno/);
});

Deno.test("install changes nothing when it is done a second time", async () => {
  await using home = await TestHome.create();
  const file = write(home, ".cursor/mcp.json", WITH_COMMENTS("mcpServers"));
  await inHome(home, "install", "--client", "cursor");
  const first = [Deno.readTextFileSync(file), namesIn(file)];
  const { stdout } = await inHome(home, "install", "--client", "cursor");
  assert.match(stdout, /nothing to do/);
  assert.deepEqual([Deno.readTextFileSync(file), namesIn(file)], first);
});

Deno.test("install writes to all clients that are there when none is named", async () => {
  await using home = await TestHome.create();
  write(home, ".cursor/mcp.json", "");
  write(home, ".config/zed/settings.json", "{}\n");
  const { stdout } = await inHome(home, "install", "--json");
  assert.deepEqual(
    JSON.parse(stdout).map(({ client, action }: Record<string, string>) => [client, action]),
    [["cursor", "added"], ["zed", "added"]],
  );
  assert(parse(Deno.readTextFileSync(home.join(".cursor/mcp.json"))).mcpServers["python-mcp"]);
});

Deno.test("install says which clients it knows when none is there", async () => {
  await using home = await TestHome.create();
  const { code, stderr } = await inHome(home, "install");
  assert.equal(code, 1);
  assert.match(stderr, /No MCP client was found.*Claude Desktop.*--client/);
});

Deno.test("install shows the change and writes nothing when --dry-run is given", async () => {
  await using home = await TestHome.create();
  const file = write(home, ".cursor/mcp.json", '{\n  "mcpServers": {}\n}\n');
  const { stdout } = await inHome(home, "install", "--dry-run");
  assert.match(stdout, /^ {2}\+ +"python-mcp": \{$/m);
  assert.match(stdout, /would be added/);
  assert.equal(Deno.readTextFileSync(file), '{\n  "mcpServers": {}\n}\n');
  assert.deepEqual(namesIn(file), ["mcp.json"]);
});

Deno.test("install changes nothing when the file is no JSON, and says where", async () => {
  await using home = await TestHome.create();
  const file = write(home, ".cursor/mcp.json", '{\n  "mcpServers": {\n');
  const { code, stderr } = await inHome(home, "install");
  assert.equal(code, 1);
  assert.match(stderr, /Cannot change .*mcp\.json: line 3 is invalid JSON/);
  assert.equal(Deno.readTextFileSync(file), '{\n  "mcpServers": {\n');
});

Deno.test("install changes the file itself when the configuration is a link", async () => {
  await using home = await TestHome.create();
  const real = write(home, "dotfiles/mcp.json", "{}\n");
  Deno.chmodSync(real, 0o644);
  Deno.mkdirSync(home.join(".cursor"));
  Deno.symlinkSync(real, home.join(".cursor/mcp.json"));
  await inHome(home, "install");
  assert(Deno.lstatSync(home.join(".cursor/mcp.json")).isSymlink);
  assert(parse(Deno.readTextFileSync(real)).mcpServers["python-mcp"]);
  assert.equal(Deno.statSync(real).mode! & 0o777, 0o644);
});

Deno.test("uninstall removes the file when install had made it", async () => {
  await using home = await TestHome.create();
  await inHome(home, "install", "--client", "cursor");
  await inHome(home, "uninstall", "--client", "cursor");
  assert.deepEqual([...Deno.readDirSync(home.join(".cursor"))], []);
});

Deno.test("uninstall keeps what was changed since when it takes the server out", async () => {
  await using home = await TestHome.create();
  const file = write(home, ".cursor/mcp.json", WITH_COMMENTS("mcpServers"));
  await inHome(home, "install");
  Deno.writeTextFileSync(file, Deno.readTextFileSync(file).replace("// stays", "// since"));
  await inHome(home, "uninstall");
  const text = Deno.readTextFileSync(file);
  assert(text.includes("// since"));
  assert.deepEqual(Object.keys(parse(text).mcpServers), ["mine"]);
});

Deno.test("what install wrote starts a server that finds uv when the desktop's PATH is short", async () => {
  await using home = await TestHome.create();
  const uv = home.join("unusual");
  Deno.mkdirSync(uv);
  Deno.linkSync(join(await uvFolder(), "uv"), join(uv, "uv"));
  const PATH = `${uv}:${Deno.env.get("PATH")}`;
  const installed = await cliProcess(home, ["install", "--client", "cursor", "--scoped"], {
    env: { HOME: home.path, PATH },
  });
  assert.equal(installed.code, 0, installed.stderr);
  const { command, args, env } = parse(Deno.readTextFileSync(home.join(".cursor/mcp.json")))
    .mcpServers["python-mcp"];
  const client = new Client({ name: "test", version: "1" });
  // The SDK hands on HOME and a few others, as desktop clients do, and what the configuration says.
  await client.connect(
    new StdioClientTransport({
      command,
      args,
      cwd: "/",
      env: { HOME: home.path, PATH: "/usr/bin:/bin", DENO_DIR: denoDir(), ...env },
    }),
  );
  const { structuredContent } = await client.callTool({
    name: "py_run_script_with_dependencies",
    arguments: { script_content: "import iniconfig; print(1)", time_budget_seconds: 120 },
  });
  await client.close();
  const { stdout, execution_strategy } = structuredContent as Record<string, string>;
  assert.deepEqual(
    [stdout, execution_strategy],
    ["1\n", "uv-run"],
    JSON.stringify(structuredContent),
  );
  assert.equal(exists(home.join("home/tools")), false, "it installed no uv of its own");
});

Deno.test("install hands on how to reach the network, but no password", async () => {
  await using home = await TestHome.create();
  const { stdout } = await cliProcess(home, ["install", "--client", "cursor", "--dry-run"], {
    env: {
      HOME: home.path,
      SSL_CERT_FILE: "/etc/own.pem",
      HTTPS_PROXY: "http://proxy:3128",
      UV_DEFAULT_INDEX: "https://me:secret@index/simple",
    },
  });
  assert.match(stdout, /"SSL_CERT_FILE": "\/etc\/own.pem"/);
  assert.match(stdout, /"HTTPS_PROXY": "http:\/\/proxy:3128"/);
  assert.doesNotMatch(stdout, /secret|UV_DEFAULT_INDEX/);
});

Deno.test("each client's configuration is looked for where its system keeps it", () => {
  const env = { HOME: "/home/me" };
  const paths = (os: "linux" | "darwin", more = {}) =>
    Object.fromEntries(
      CLIENTS.map((one) => [one.name, one.path({ env: { ...env, ...more }, os })]),
    );
  assert.deepEqual(paths("linux"), {
    "claude-desktop": "/home/me/.config/Claude/claude_desktop_config.json",
    "claude-code": "/home/me/.claude.json",
    "vscode": "/home/me/.config/Code/User/mcp.json",
    "cursor": "/home/me/.cursor/mcp.json",
    "zed": "/home/me/.config/zed/settings.json",
  });
  assert.deepEqual(paths("darwin", { XDG_CONFIG_HOME: "/ignored/there" }), {
    "claude-desktop": "/home/me/Library/Application Support/Claude/claude_desktop_config.json",
    "claude-code": "/home/me/.claude.json",
    "vscode": "/home/me/Library/Application Support/Code/User/mcp.json",
    "cursor": "/home/me/.cursor/mcp.json",
    "zed": "/home/me/.config/zed/settings.json",
  });
  const moved = paths("linux", { XDG_CONFIG_HOME: "/x", CLAUDE_CONFIG_DIR: "/y" });
  assert.equal(moved.zed, "/x/zed/settings.json");
  assert.equal(moved["claude-code"], "/y/.claude.json");
});
