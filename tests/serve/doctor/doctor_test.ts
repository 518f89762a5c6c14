import assert from "node:assert/strict";
import { checkFileSystem, mountOf } from "../../../lib/serve/doctor/doctor_file_system.ts";
import { cli, cliProcess, startJob } from "../../helpers/cli.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";

function runSync(command: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const noMounts = !runSync("unshare", "--mount", "true") && "nothing can be mounted here";

interface Finding {
  check: string;
  level: string;
  message: string;
  fix?: string;
}

/** @param flags Of a process of its own. */
async function examine(home: TestHome, env: Record<string, string> = {}, flags?: string[]) {
  const args = ["doctor", "--json", "--offline"];
  const options = { env: { HOME: home.path, ...env } };
  const { code, stdout } = flags
    ? await cliProcess(home, args, { ...options, flags })
    : await cli(home, args, options);
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  const of = (check: string) => findings.filter((one) => one.check === check);
  return { code, ok, findings, of };
}

Deno.test("doctor finds no error when all is well", async () => {
  await using home = await TestHome.create();
  const id = await startJob(home, "1");
  await cli(home, ["jobs", "wait", id]);
  const { code, ok, findings, of } = await examine(home, {}, ["-A"]);
  assert.deepEqual(findings.filter(({ level }) => level === "error"), []);
  assert.deepEqual([code, ok], [0, true]);
  for (const check of ["permissions", "Python", "supervisor", "home", "database"]) {
    assert.equal(of(check)[0]?.level, "ok", check);
  }
});

Deno.test("doctor says how to fix whatever it finds wrong", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.join(".cursor"));
  const { findings } = await examine(home, { SMART_ASYNC_TIMEOUT_SECONDS: "soon" });
  const bad = findings.filter(({ level }) => level !== "ok");
  assert(bad.length >= 2);
  for (const { check, fix } of bad) assert(fix, check);
});

Deno.test("doctor ends with 1 when the database is damaged", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.join("home", "meta"), { recursive: true });
  Deno.writeTextFileSync(home.join("home", "meta", "jobs.db"), "no database ".repeat(1000));
  const { code, ok, of } = await examine(home);
  assert.deepEqual([code, ok], [1, false]);
  assert.equal(of("database")[0]!.level, "error");
  assert.match(of("database")[0]!.message, /is damaged/);
});

Deno.test("doctor says whether the index answers, and shows no password of it", async () => {
  await using home = await TestHome.create();
  const index = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response());
  const ask = async (url: string) => {
    const { stdout } = await cli(home, ["doctor", "--json"], {
      env: { HOME: home.path, UV_DEFAULT_INDEX: url },
    });
    assert(!stdout.includes("secret"));
    return (JSON.parse(stdout).findings as Finding[]).find(({ check }) => check === "index")!;
  };
  const url = `http://me:secret@127.0.0.1:${index.addr.port}/simple`;
  const answers = await ask(url);
  await index.shutdown();
  assert.equal(answers.level, "ok", answers.message);
  const gone = await ask(url);
  assert.equal(gone.level, "warning");
  assert.match(gone.message, /cannot be reached/);
});

Deno.test("doctor warns when others can read the home", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.join("home"));
  Deno.chmodSync(home.join("home"), 0o755);
  const [finding] = (await examine(home)).of("home");
  assert.deepEqual(
    [finding!.level, finding!.fix],
    ["warning", `chmod 700 '${home.join("home")}'`],
  );
});

Deno.test("doctor says which part of a home others may write to, and what to do", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.join("home", "tools"), { recursive: true, mode: 0o700 });
  Deno.chmodSync(home.join("home"), 0o755);
  Deno.chmodSync(home.join("home", "tools"), 0o777);
  const { code, of } = await examine(home);
  const [finding] = of("home");
  assert.equal(code, 1);
  assert.match(finding!.message, /home\/tools: other users may write to it/);
  assert.match(finding!.fix!, /chmod 700 '.*home'$/);
});

Deno.test("doctor says so when the home is a link that leads nowhere", async () => {
  await using home = await TestHome.create();
  Deno.symlinkSync(home.join("nowhere"), home.join("home"));
  const { code, of } = await examine(home);
  assert.equal(code, 1);
  assert.match(of("home")[0]!.message, /cannot be created: it is a link that leads nowhere/);
});

Deno.test("doctor ends with 1 when the home cannot be made", async () => {
  await using home = await TestHome.create();
  Deno.writeTextFileSync(home.join("file"), "");
  const { code, of } = await examine(home, { PYTHON_MCP_HOME: home.join("file/home") });
  assert.equal(code, 1);
  const [{ level, message, fix }] = of("home") as [Finding];
  assert.equal(level, "error");
  assert.match(message, /file\/home cannot be created: .*file is not a folder/);
  assert.match(fix!, /Set PYTHON_MCP_HOME/);
});

Deno.test("doctor warns when a setting is not a number", async () => {
  await using home = await TestHome.create();
  const findings = (await examine(home, {
    SMART_ASYNC_TIMEOUT_SECONDS: "soon",
    PY_RUN_SCRIPT_IN_DIR_TIMEOUT: "-1",
    PYTHON_MCP_KEEP_DAYS: "x",
  })).of("settings");
  assert.deepEqual(findings.map(({ level, message }) => [level, message.split(" ")[0]]), [
    ["warning", "PYTHON_MCP_KEEP_DAYS=x"],
    ["warning", "SMART_ASYNC_TIMEOUT_SECONDS=soon"],
    ["warning", "PY_RUN_SCRIPT_IN_DIR_TIMEOUT=-1"],
  ]);
});

Deno.test("doctor names the missing flags when a permission is missing", async () => {
  await using home = await TestHome.create();
  const [finding] = (await examine(home, {}, ["--allow-read", "--allow-env"])).of("permissions");
  assert.equal(finding!.level, "error");
  assert.match(finding!.message, /--allow-write=.*, --allow-run=/);
});

Deno.test("doctor warns when a client starts the server with a Deno that is gone", async () => {
  await using home = await TestHome.create();
  const gone = "/root/.npm/_npx/0123/node_modules/deno/deno";
  const entries: [path: string, key: string, entry: object][] = [
    [".cursor/mcp.json", "mcpServers", { command: gone, args: ["run", "main.ts"] }],
    [".config/opencode/opencode.json", "mcp", { type: "local", command: [gone, "run"] }],
    [".config/goose/config.yaml", "extensions", { cmd: gone }],
  ];
  for (const [path, key, entry] of entries) {
    Deno.mkdirSync(home.join(path, ".."), { recursive: true });
    Deno.writeTextFileSync(home.join(path), JSON.stringify({ [key]: { "python-mcp": entry } }));
  }
  const found = (await examine(home, { XDG_CONFIG_HOME: "" })).of("clients");
  assert.equal(found.length, entries.length);
  for (const { level, message, fix } of found) {
    assert.equal(level, "warning");
    assert.match(message, /starts the server with .*deno, which is gone/);
    assert.match(fix!, /install --client \w+$/);
  }
});

Deno.test("doctor warns when a client does not have the server", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.join(".cursor"));
  assert.equal((await examine(home)).of("clients")[0]!.level, "warning");
  const env = { HOME: home.path };
  assert.equal((await cli(home, ["install", "--client", "cursor"], { env })).code, 0);
  assert.equal((await examine(home)).of("clients")[0]!.level, "ok");
});

Deno.test("doctor passes over a stand-in for uv when it comes first on PATH", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.join("shims"));
  Deno.writeTextFileSync(home.join("shims", "uv"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const PATH = `${home.join("shims")}:${Deno.env.get("PATH")}`;
  const [finding] = (await examine(home, { PATH })).of("uv");
  assert.notEqual(finding!.level, "error");
  assert(!finding!.message.startsWith(home.join("shims")));
});

Deno.test("doctor knows the file system when mounts lie in each other", () => {
  const mounts = "/dev/sda / ext4 rw 0 0\nserver:/x /home nfs4 rw 0 0\n" +
    "/dev/sdb /home/me/local\\040disk ext4 rw 0 0\n";
  assert.equal(mountOf("/home/me/.python_mcp", mounts)?.type, "nfs4");
  assert.equal(mountOf("/home/me/local disk/x", mounts)?.type, "ext4");
  assert.equal(mountOf("/homework", mounts)?.type, "ext4");
});

skippableTest("doctor says what a home's file system lacks", noMounts, async () => {
  await using home = await TestHome.create();
  const said = (...mount: string[]) => {
    const mounted = runSync("mount", ...mount, home.path);
    assert(mounted);
    try {
      return checkFileSystem(home.path).map(({ level, message }) => `${level}: ${message}`).join(
        "\n",
      );
    } finally {
      runSync("umount", home.path);
    }
  };
  assert.equal(said("-t", "tmpfs", "none"), "ok: tmpfs: locks, renames and SQLite work");
  assert.match(said("-t", "tmpfs", "-o", "noexec", "none"), /^warning: .* is mounted noexec/m);
  assert.match(
    said("-t", "tmpfs", "-o", "size=4k", "none"),
    /^error: .*without what jobs need: .*SQLite/,
  );
});
