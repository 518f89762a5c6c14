import assert from "node:assert/strict";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lookAt } from "../../../lib/base/private_files.ts";
import { cli, cliProcess } from "../../helpers/cli.ts";
import { clientFoldersIn } from "../../helpers/installed_client.ts";
import { noNamespaces } from "../../helpers/namespace.ts";
import { denoDir, MAIN } from "../../helpers/program.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";

interface Odd {
  make(file: string): void;
  says: RegExp;
}

/** What may be where Cursor keeps its settings, and cannot be changed. */
const ODD: Record<string, Odd> = {
  "a folder": {
    make: (file) => Deno.mkdirSync(file),
    says: /Cannot read .*mcp\.json: it is a folder, .* Move it away/,
  },
  "a named pipe": {
    make: (file) => new Deno.Command("mkfifo", { args: [file] }).outputSync(),
    says: /Cannot read .*mcp\.json: it is not a regular file/,
  },
  "a link to a file that is not there": {
    make: (file) => Deno.symlinkSync(`${file}.mine`, file),
    says: /it is a link to .*mcp\.json\.mine, where there is no file\. Create that file/,
  },
  "a link to itself": {
    make: (file) => Deno.symlinkSync("mcp.json", file),
    says: /it is a link to .*mcp\.json, where there is no file/,
  },
  "a file that is read-only": {
    make(file) {
      Deno.writeTextFileSync(file, "{}\n");
      Deno.chmodSync(file, 0o444);
    },
    says: /it is read-only \(mode 0444\)\. .*chmod u\+w/,
  },
  "a file in Latin-1": {
    make: (file) => Deno.writeFileSync(file, new Uint8Array([0x2f, 0x2f, 0xe9, 10, 0x7b, 0x7d])),
    says: /it is not UTF-8 text\. Save it as UTF-8/,
  },
  "a file in UTF-16": {
    make: (file) => Deno.writeFileSync(file, new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0])),
    says: /it is not UTF-8 text/,
  },
};

/** What lies below a folder, in words that change when it does. */
function look(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => {
    const { mode, size, mtime } = lookAt(`${folder}/${name}`)!;
    return [name, mode, size, mtime?.getTime()].join(" ");
  }).sort();
}

for (const [what, { make, says }] of Object.entries(ODD)) {
  Deno.test(`install says why and goes on with the next client when a configuration is ${what}`, async () => {
    await using home = await TestHome.create();
    const env = clientFoldersIn(home);
    Deno.mkdirSync(home.join(".cursor"));
    Deno.mkdirSync(home.join(".config/zed"), { recursive: true });
    make(home.join(".cursor/mcp.json"));
    const before = look(home.join(".cursor"));
    const { code, stdout, stderr } = await cli(home, ["install", "--yes"], { env });
    assert.equal(code, 1);
    assert.match(stderr, says);
    assert.match(stdout, /^Zed: added /m);
    const { stdout: found } = await cli(home, ["doctor", "--offline", "--json"], { env });
    const clients = JSON.parse(found).findings.filter(({ check }: { check: string }) =>
      check === "clients"
    );
    assert.deepEqual(clients.map(({ level }: { level: string }) => level), ["warning", "ok"]);
    assert.match((await cli(home, ["uninstall"], { env })).stdout, /^Zed: removed /m);
    assert.deepEqual(look(home.join(".cursor")), before);
  });
}

Deno.test("install goes on with the next client when one's folder is a file", async () => {
  await using home = await TestHome.create();
  const env = clientFoldersIn(home);
  Deno.writeTextFileSync(home.join(".cursor"), "mine");
  Deno.mkdirSync(home.join(".config/zed"), { recursive: true });
  const { code, stdout, stderr } = await cli(home, ["install", "--yes"], { env });
  assert.equal(code, 1);
  assert.match(stderr, /Cannot create .*\.cursor: a file is where a folder has to be/);
  assert.match(stdout, /^Zed: added /m);
  assert.equal(Deno.readTextFileSync(home.join(".cursor")), "mine");
});

for (const name of ["", "two words", "a.b", 'a"b', "__proto__", "имя", "-x"]) {
  Deno.test(`install refuses the name ${JSON.stringify(name)}, which some clients do not take`, async () => {
    await using home = await TestHome.create();
    const { code, stderr } = await cli(
      home,
      ["install", "--client", "codex", `--name=${name}`],
      { env: clientFoldersIn(home) },
    );
    assert.equal(code, 1);
    assert.match(stderr, /--name takes letters, digits, hyphens and underscores/);
    assert.equal(lookAt(home.join(".codex")), undefined);
  });
}

Deno.test("uninstall finds nothing to do for a name that every object has", async () => {
  await using home = await TestHome.create();
  const env = clientFoldersIn(home);
  await cli(home, ["install", "--client", "cursor"], { env });
  for (const name of ["constructor", "__proto__", "toString"]) {
    const { stdout } = await cli(home, ["uninstall", "--name", name], { env });
    assert.match(stdout, /Cursor: nothing to do/, name);
  }
});

Deno.test("install touches nothing when HOME is not set", async () => {
  await using home = await TestHome.create();
  const env = { ...clientFoldersIn(home), HOME: "" };
  for (const args of [["install"], ["install", "--client", "cursor"], ["uninstall"]]) {
    const { code, stderr } = await cli(home, args, { env });
    assert.deepEqual([code, /HOME is not set/.test(stderr)], [1, true], stderr);
  }
  assert.match((await cli(home, ["doctor", "--offline"], { env })).stdout, /HOME is not set/);
});

Deno.test("no entry is lost when two installs write one file at once", async () => {
  await using home = await TestHome.create();
  const file = home.join(".cursor/mcp.json");
  Deno.mkdirSync(dirname(file));
  Deno.writeTextFileSync(file, "{}\n");
  // The other one has read the file and not written it yet.
  const other = Deno.openSync(dirname(file));
  other.lockSync(true);
  const ended = cliProcess(home, ["install", "--client", "cursor"], { env: { HOME: home.path } });
  await Promise.race([ended, delay(1500)]);
  Deno.writeTextFileSync(file, '{"mcpServers": {"other": {}}}');
  other.close();
  assert.equal((await ended).code, 0);
  const { mcpServers } = JSON.parse(Deno.readTextFileSync(file));
  assert.deepEqual(Object.keys(mcpServers), ["other", "python-mcp"]);
});

skippableTest("a configuration stays whole when its disk is full", noNamespaces, async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.join(".cursor"));
  const steps = `cd "$1" && mount -t tmpfs -o size=16k tmpfs .cursor || exit 9
printf '{ "mine": 1 }' > .cursor/mcp.json; cat /dev/zero > .cursor/full 2> /dev/null
shift; "$@"; echo "ended with $?"; ls -A .cursor; cat .cursor/mcp.json`;
  const { stdout, stderr } = await runProcess(
    [
      ...["unshare", "--mount", "sh", "-c", steps, "sh", home.path],
      ...[Deno.execPath(), "run", "-A", MAIN, "install", "--client", "cursor"],
    ],
    { env: { HOME: home.path, DENO_DIR: denoDir(), PYTHON_MCP_HOME: home.join("home") } },
  );
  assert.equal(stdout, 'ended with 1\nfull\nmcp.json\n{ "mine": 1 }', stderr);
  assert.match(stderr, /Cannot write .*mcp\.json.*: no space is left on the disk/);
});
