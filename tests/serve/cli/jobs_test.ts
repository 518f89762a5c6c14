import assert from "node:assert/strict";
import { cli, cliInTerminal, cliProcess, startCli, startJob } from "../../helpers/cli.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const WAITS = "import time; print('on', flush=True); time.sleep(600)";

Deno.test("jobs shows a table when there are jobs", async () => {
  await using home = await TestHome.prepared("home");
  const id = await startJob(home, "raise SystemExit(3)", "my label");
  await cli(home, ["jobs", "wait", id]);
  const { stdout, code } = await cliProcess(home, ["jobs"]);
  assert.equal(code, 0);
  const [head, row] = stdout.split("\n");
  assert.match(head!, /^ID +LABEL +STATUS +PROGRESS +AGE +DURATION$/);
  assert.match(row!, new RegExp(`^${id.slice(0, 8)}  my label  failed +\\d+s +\\d\\.\\ds$`));
});

Deno.test("jobs says where it looked and how to begin when there are none", async () => {
  await using home = await TestHome.prepared("home");
  const { code, stdout, stderr } = await cliProcess(home, ["jobs"]);
  assert.deepEqual([code, stdout], [0, ""]);
  assert(stderr.includes(`There are no jobs in ${home.join("home")} yet. Start one: `));
  assert.match(stderr, /main\.ts run script\.py\n$/);
  assert.deepEqual(JSON.parse((await cli(home, ["jobs", "list", "--json"])).stdout), {
    jobs: [],
    total: 0,
  });
});

Deno.test("jobs has colours on a terminal only, and none when NO_COLOR is set", async () => {
  await using home = await TestHome.prepared("home");
  const id = await startJob(home, "1");
  await cli(home, ["jobs", "wait", id]);
  const green = "\x1b[32mcompleted\x1b[39m";
  assert((await cliInTerminal(home, ["jobs"])).includes(green));
  assert(!(await cliInTerminal(home, ["jobs"], { NO_COLOR: "1" })).includes("\x1b["));
  assert(!(await cliProcess(home, ["jobs"], { env: { NO_COLOR: "" } })).stdout.includes("\x1b["));
});

Deno.test("jobs prints JSON of the contract's shape when --json is given", async () => {
  await using home = await TestHome.prepared("home");
  const id = await startJob(home, "print(1)");
  await cli(home, ["jobs", "wait", id]);
  const answer = JSON.parse((await cli(home, ["jobs", "--json"])).stdout);
  assert.equal(answer.total, 1);
  assert.equal(answer.jobs[0].id, id);
  assert.equal(answer.jobs[0].status, "completed");
});

Deno.test("jobs shows only some when a status or a limit is given", async () => {
  await using home = await TestHome.prepared("home");
  const bad = await startJob(home, "raise SystemExit(1)");
  const good = await startJob(home, "print(1)");
  await cli(home, ["jobs", "wait", bad]);
  await cli(home, ["jobs", "wait", good]);
  const ids = async (...args: string[]) =>
    JSON.parse((await cli(home, ["jobs", "--json", ...args])).stdout)
      .jobs.map((job: { id: string }) => job.id);
  assert.deepEqual(await ids("--status", "failed"), [bad]);
  assert.deepEqual(await ids("--limit", "1"), [good]);
});

Deno.test("jobs shows no control characters when a label holds some", async () => {
  await using home = await TestHome.prepared("home");
  await startJob(home, "print(1)", "a\x1b[2Jb\nc");
  const { stdout } = await cli(home, ["jobs"]);
  assert.match(stdout, / {2}ab c {2}/);
});

Deno.test("jobs show finds the job when the start of its id is given", async () => {
  await using home = await TestHome.prepared("home");
  const id = await startJob(home, "print('shown')");
  await cli(home, ["jobs", "wait", id]);
  const { stdout } = await cliProcess(home, ["jobs", "show", id.slice(0, 5)]);
  assert.match(stdout, new RegExp(`id +${id}\n`));
  assert.match(stdout, /stdout\nshown\n/);
});

Deno.test("jobs show lists the jobs when the start fits several", async () => {
  await using home = await TestHome.prepared("home");
  const ids = [await startJob(home, "1"), await startJob(home, "1")];
  const { code, stderr } = await cli(home, ["jobs", "show", ""]);
  assert.equal(code, 1);
  assert.match(stderr, /More than one job id starts with/);
  for (const id of ids) assert(stderr.includes(id));
  for (const id of ids) await cli(home, ["jobs", "wait", id]);
});

Deno.test("jobs logs splits the streams when the job printed on both", async () => {
  await using home = await TestHome.prepared("home");
  const id = await startJob(home, "import sys\nprint('a\\nb\\nc')\nprint('e', file=sys.stderr)");
  await cli(home, ["jobs", "wait", id]);
  const all = await cliProcess(home, ["jobs", "logs", id]);
  assert.deepEqual([all.stdout, all.stderr], ["a\nb\nc\n", "e\n"]);
  const some = await cli(home, ["jobs", "logs", "--lines", "2", "--only", "stdout", id]);
  assert.deepEqual([some.stdout, some.stderr], ["b\nc\n", ""]);
});

Deno.test("jobs logs -f goes on until the job ends", async () => {
  await using home = await TestHome.prepared("home");
  const go = home.join("go");
  const id = await startJob(
    home,
    `import os, time\nprint(1, flush=True)\n` +
      `while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)\nprint(2)`,
  );
  const child = startCli(home, ["jobs", "logs", "-f", id]);
  await child.stdin.close();
  let stdout = "";
  const read = (async () => {
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) stdout += piece;
  })();
  await waitFor(() => stdout === "1\n", { what: "the first line" });
  Deno.writeTextFileSync(go, "");
  assert.equal((await child.status).code, 0);
  await read;
  await child.stderr.cancel();
  assert.equal(stdout, "1\n2\n");
});

Deno.test("jobs logs ends quietly when its reader has gone", async () => {
  await using home = await TestHome.prepared("home");
  const id = await startJob(home, "print('x' * 10_000_000)");
  await cli(home, ["jobs", "wait", id]);
  const child = startCli(home, ["jobs", "logs", id]);
  await child.stdin.close();
  await child.stdout.cancel();
  const { code } = await child.status;
  assert.equal(await new Response(child.stderr).text(), "");
  assert.equal(code, 141);
});

Deno.test("jobs wait has the script's exit code when the job ends", async () => {
  await using home = await TestHome.prepared("home");
  const id = await startJob(home, "raise SystemExit(9)");
  const { code, stdout } = await cliProcess(home, ["jobs", "wait", id]);
  assert.deepEqual([code, stdout], [9, "failed\n"]);
});

Deno.test("jobs wait ends with 124 when its time is up", async () => {
  await using home = await TestHome.prepared("home");
  const id = await startJob(home, WAITS);
  assert.equal((await cli(home, ["jobs", "wait", "--timeout", "0.2", id])).code, 124);
  await cli(home, ["jobs", "cancel", id]);
});

Deno.test("jobs cancel ends the job, and fails when it had ended before", async () => {
  await using home = await TestHome.prepared("home");
  const id = await startJob(home, WAITS);
  assert.deepEqual(await cliProcess(home, ["jobs", "cancel", id]), {
    code: 0,
    stdout: `${id.slice(0, 8)}  Job cancelled\n`,
    stderr: "",
  });
  assert.deepEqual(
    JSON.parse((await cli(home, ["jobs", "--json"])).stdout).jobs[0].status,
    "cancelled",
  );
  const done = await startJob(home, "1");
  await cli(home, ["jobs", "wait", done]);
  assert.equal((await cli(home, ["jobs", "cancel", done])).code, 1);
});

Deno.test("jobs prune removes the named job when it has ended", async () => {
  await using home = await TestHome.prepared("home");
  const gone = await startJob(home, "1");
  const stays = await startJob(home, "1");
  for (const id of [gone, stays]) await cli(home, ["jobs", "wait", id]);
  const { stdout } = await cliProcess(home, ["jobs", "prune", gone]);
  assert.equal(stdout, "1 removed, 1 left\n");
  assert.deepEqual([...Deno.readDirSync(home.join("home", "jobs"))].map(({ name }) => name), [
    stays,
  ]);
});

Deno.test("jobs prune refuses when the job still runs", async () => {
  await using home = await TestHome.prepared("home");
  const id = await startJob(home, WAITS);
  const { code, stderr } = await cli(home, ["jobs", "prune", id]);
  assert.equal(code, 1);
  assert.match(stderr, /Cancel it first/);
  await cli(home, ["jobs", "cancel", id]);
});

Deno.test("jobs prune removes by kind and age when asked", async () => {
  await using home = await TestHome.prepared("home");
  const good = await startJob(home, "1");
  const bad = await startJob(home, "raise SystemExit(1)");
  for (const id of [good, bad]) await cli(home, ["jobs", "wait", id]);
  assert.equal((await cli(home, ["jobs", "prune"])).code, 1);
  const old = await cli(home, ["jobs", "prune", "--completed", "--failed", "--older-than", "1h"]);
  assert.equal(old.stdout, "0 removed, 2 left\n");
  const completed = await cli(home, ["jobs", "prune", "--completed", "--json"]);
  assert.deepEqual(JSON.parse(completed.stdout), { removed: 1, remaining: 1 });
});
