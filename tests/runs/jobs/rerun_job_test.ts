import assert from "node:assert/strict";
import { cli, cliProcess, writeScript } from "../../helpers/cli.ts";
import { connect, type Connection } from "../../helpers/connect.ts";
import { withUv } from "../../helpers/run_plan.ts";
import { SharedServers } from "../../helpers/shared_servers.ts";
import { TestHome } from "../../helpers/test_home.ts";

const SHOWS_ALL = "import os, sys\nprint(sys.argv[1:], os.getcwd(), sys.version_info[:2])";

/** Starts a job as a client does, waits for its end and runs it again; what both printed. */
async function twice(
  home: TestHome,
  server: Connection,
  tool: string,
  input: Record<string, unknown>,
  between: () => void = () => {},
): Promise<[first: string, second: string]> {
  const id = await started(server, tool, input);
  const first = await server.call("py_job_status", { job_id: id, wait_seconds: 30 });
  between();
  const { stdout, stderr, code } = await cli(home, ["jobs", "rerun", id]);
  assert.equal(code, 0, stderr);
  return [(first.json.job as { result: { stdout: string } }).result.stdout, stdout];
}

async function started(
  server: Connection,
  tool: string,
  input: Record<string, unknown>,
): Promise<string> {
  const { json } = await server.call(tool, { use_uv: false, ...input });
  assert(json.job_id, JSON.stringify(json));
  return json.job_id as string;
}

const shared = new SharedServers();

/** The home that these tests share, and a server on it as `cli` sees it. */
async function begin(): Promise<{ home: TestHome; server: Connection }> {
  const start = async (home: TestHome) =>
    await connect({ home: home.join("home"), env: await withUv() });
  return { home: await shared.home(), server: await shared.once("server", start) };
}

const IN_DIR = "py_run_script_in_dir_async";

Deno.test("a job runs again with its arguments, folder and Python", async () => {
  const { home, server } = await begin();
  Deno.mkdirSync(home.join("there"), { recursive: true });
  Deno.mkdirSync(home.join("folder"));
  const script_path = writeScript(home, "a.py", SHOWS_ALL);
  writeScript(home, "folder/__main__.py", SHOWS_ALL);
  writeScript(home, "there/tool.py", SHOWS_ALL);
  const kinds = [
    { script_path, args: ["--n", "a b", "'"] },
    { script_content: SHOWS_ALL, args: ["-x"] },
    { script_path, python_version: ">=3.8" },
    { script_path: home.join("folder"), args: ["1"] },
    { module: "tool", args: ["2"] },
  ];
  for (const input of kinds) {
    const [first, second] = await twice(home, server, IN_DIR, {
      directory: home.join("there"),
      ...input,
    });
    assert(first.includes(home.join("there")), first);
    assert.equal(second, first);
  }
});

Deno.test("a job that runs again keeps its label, and lists show both", async () => {
  await using home = await TestHome.prepared("home");
  await using server = await connect({ home: home.join("home") });
  await twice(home, server, IN_DIR, {
    directory: home.path,
    script_content: "print(1)",
    job_label: "nightly",
  });
  const { jobs } = JSON.parse((await cli(home, ["jobs", "--json"])).stdout);
  assert.deepEqual(jobs.map(({ label }: { label: string }) => label), ["nightly", "nightly"]);
});

Deno.test("a job runs again as its script is by now when that has changed", async () => {
  const { home, server } = await begin();
  const script_path = writeScript(home, "a.py", "print('old')");
  const outputs = await twice(
    home,
    server,
    IN_DIR,
    { directory: home.path, script_path },
    () => void writeScript(home, "a.py", "print('new')"),
  );
  assert.deepEqual(outputs, ["old\n", "new\n"]);
});

Deno.test("a job runs again with its time limit and its own exit code", async () => {
  await using home = await TestHome.prepared("home");
  const slow = writeScript(home, "slow.py", "import time; time.sleep(600)");
  await cli(home, ["run", "--no-uv", "-t", "0.3", slow]);
  const bad = writeScript(home, "bad.py", "raise SystemExit(7)");
  await cli(home, ["run", "--no-uv", bad]);
  const [second, first] = JSON.parse((await cli(home, ["jobs", "--json"])).stdout).jobs;
  assert.equal((await cli(home, ["jobs", "rerun", second.id])).code, 7);
  const again = await cli(home, ["jobs", "rerun", first.id]);
  assert.match(again.stderr, /time limit of 0.3 s/);
});

Deno.test("a job with secrets runs again only when each of them is given again", async () => {
  const { home, server } = await begin();
  Deno.writeTextFileSync(home.join(".env"), "B=second-secret\n");
  const id = await started(server, IN_DIR, {
    directory: home.path,
    script_content: "import os; print(os.environ['A'], os.environ['B'], input())",
    env_vars: { A: "first-secret" },
    env_file: ".env",
    stdin: "third-secret\n",
  });
  await server.call("py_job_status", { job_id: id, wait_seconds: 30 });
  const rerun = (...options: string[]) =>
    cliProcess(home, ["jobs", "rerun", ...options, id], { stdin: "typed\n" });
  const without = await rerun();
  assert.equal(without.code, 1);
  assert.match(without.stderr, /Give it again: .*-e A=… --env-file \.env --stdin/);
  assert.match((await rerun("-e", "A=1", "--stdin")).stderr, /again: .*rerun --env-file \.env /);
  assert.match((await rerun("--env-file", ".env", "--stdin")).stderr, /again: .*rerun -e A=… /);
  assert.match((await rerun("-e", "A=1", "--env-file", ".env")).stderr, /again: .*rerun --stdin /);
  const all = await rerun("-e", "A=1", "--env-file", ".env", "--stdin");
  assert.equal(all.stdout, "1 second-secret typed\n", all.stderr);
  const spec = Deno.readTextFileSync(home.join("home", "jobs", id, "spec.json"));
  assert.doesNotMatch(spec, /-secret/);
});

Deno.test("a job whose packages came with a password is not run again without it", async () => {
  const { home, server } = await begin();
  const { json } = await server.call("py_run_script_with_dependencies_async", {
    script_content: "print(1)",
    dependencies: ["nowhere @ https://user:pass-word@127.0.0.1:1/nowhere.whl"],
  });
  const id = json.job_id as string;
  await cli(home, ["jobs", "wait", id]);
  const { code, stderr } = await cli(home, ["jobs", "rerun", id]);
  assert.equal(code, 1);
  assert.match(stderr, /with a password, which is not kept/);
  assert.doesNotMatch(
    Deno.readTextFileSync(home.join("home", "jobs", id, "spec.json")),
    /pass-word/,
  );
});

Deno.test("rerun says what is in the way when the script or its folder is gone", async () => {
  const { home, server } = await begin();
  Deno.mkdirSync(home.join("there"), { recursive: true });
  const script_path = writeScript(home, "there/a.py", "print(1)");
  const id = await started(server, IN_DIR, { directory: home.join("there"), script_path });
  await cli(home, ["jobs", "wait", id]);
  Deno.removeSync(script_path);
  assert.match(
    (await cli(home, ["jobs", "rerun", id])).stderr,
    /there\/a\.py: there is no such file/,
  );
  Deno.removeSync(home.join("there"), { recursive: true });
  assert.match((await cli(home, ["jobs", "rerun", id])).stderr, /there: there is no such folder/);
});
