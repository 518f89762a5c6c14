import assert from "node:assert/strict";
import { parse } from "jsonc-parser";
import { dirname, join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { chosenOf } from "../../../lib/serve/cli/choose_clients.ts";
import { exists } from "../../../lib/base/private_files.ts";
import { cli, cliInTerminal, cliProcess } from "../../helpers/cli.ts";
import { denoDir, MAIN } from "../../helpers/program.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { uvFolder } from "../../helpers/run_plan.ts";
import { TestHome } from "../../helpers/test_home.ts";

const WITH_COMMENTS =
  `// mine\n{\n    "other": [1, 2,], // stays\n    "mcpServers": {\n        /* a server */\n` +
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

const WRITTEN_ON_WINDOWS: Record<string, string> = {
  "begins with a byte order mark": `\ufeff${WITH_COMMENTS}`,
  "ends its lines with CRLF": WITH_COMMENTS.replaceAll("\n", "\r\n"),
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

Deno.test("install warns of a Deno in npx's cache, and copies it to where it stays when it is told to", async () => {
  await using home = await TestHome.create();
  const deno = home.join("_npx/0/deno");
  Deno.mkdirSync(dirname(deno), { recursive: true });
  Deno.copyFileSync(Deno.execPath(), deno);
  const env = { HOME: home.path, DENO_DIR: denoDir(), PYTHON_MCP_HOME: home.join("home") };
  const type = (...args: string[]) => runProcess([deno, "run", "-A", MAIN, ...args], { env });
  const install = (...args: string[]) => type("install", "--client", "cursor", ...args);
  const commandIn = () =>
    JSON.parse(Deno.readTextFileSync(home.join(".cursor/mcp.json"))).mcpServers["python-mcp"]
      .command;
  const warned = await install();
  assert.match(warned.stderr, /warning: .*_npx.*--keep-deno.*npm install --global deno/);
  assert.equal(commandIn(), deno);
  assert.match(
    (await type("service")).stderr,
    /warning: .*_npx.*Run service again with --keep-deno/,
  );
  const kept = await install("--keep-deno");
  assert.equal(kept.stderr, "");
  assert.equal(commandIn(), home.join(".deno/bin/deno"));
  const { stdout } = await runProcess([commandIn(), "--version"]);
  assert.match(stdout, new RegExp(`^deno ${Deno.version.deno} `));
  const again = await install();
  assert.deepEqual([again.stderr, /nothing to do/.test(again.stdout)], ["", true]);
  assert.match((await type("service")).stdout, /^ExecStart=\S+\/\.deno\/bin\/deno run/m);
  Deno.writeTextFileSync(home.join(".deno/bin/deno"), "#!/bin/sh\necho deno 2.9.5\n");
  const old = await install("--keep-deno");
  assert.match(
    old.stderr,
    /Cannot copy Deno to .*: what is there is not Deno 2\.\d+.*deno upgrade/,
  );
});

Deno.test("install asks on a terminal which of the clients that are found are meant", async () => {
  await using home = await TestHome.create();
  write(home, ".cursor/mcp.json", "{}\n");
  write(home, ".kiro/settings/mcp.json", "{}\n");
  write(home, ".warp/.mcp.json", "{}\n");
  // The last answer is for a Deno in npx's cache, which these tests may run by.
  const answers = "9\n2 warp\nn\n";
  const shown = await cliInTerminal(home, ["install"], { HOME: home.path }, answers);
  assert.match(shown, /1 {2}Cursor\r\n {2}2 {2}Kiro\r\n {2}3 {2}Warp\r\n/);
  const has = (path: string) => Deno.readTextFileSync(home.join(path)).includes("python-mcp");
  assert.deepEqual([".cursor/mcp.json", ".kiro/settings/mcp.json", ".warp/.mcp.json"].map(has), [
    false,
    true,
    true,
  ]);
});

const FOUND = [{ name: "cursor", title: "Cursor" }, { name: "zed", title: "Zed" }];
for (
  const [answer, chosen] of [
    ["", ["cursor", "zed"]],
    ["2", ["zed"]],
    [" Zed,1 ", ["zed", "cursor"]],
    ["1 1", ["cursor"]],
    ["q", []],
    ["none", []],
    ["3", undefined],
    ["1 vim", undefined],
  ] as const
) {
  Deno.test(`the answer "${answer}" means ${chosen?.join(", ") ?? "nothing, and is asked again"}`, () => {
    assert.deepEqual(chosenOf(FOUND, answer)?.map(({ name }) => name), chosen);
  });
}

Deno.test("install changes nothing when it is done a second time", async () => {
  await using home = await TestHome.create();
  const file = write(home, ".cursor/mcp.json", WITH_COMMENTS);
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
  const file = write(home, ".cursor/mcp.json", WITH_COMMENTS);
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
