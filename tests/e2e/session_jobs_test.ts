import assert from "node:assert/strict";
import { JobFiles } from "../../lib/jobs/files/job_files.ts";
import { runCell } from "../helpers/sessions.ts";
import { SessionScene } from "../helpers/session_scene.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** Cells as jobs, which any server of the home sees. */

type Json = Record<string, unknown>;

const scene = await SessionScene.create();

Deno.test("py_session_run keeps variables for a second server", async () => {
  await scene.run("shared", "seen = [1]");
  const { json } = await runCell(await scene.server(1), "seen.append(2); seen", {
    session: "shared",
  });
  assert.equal(json.result, "[1, 2]");
  assert.match(String(json.note), /Another client/);
});

Deno.test("a cell that waits in input() says so, and goes on with what py_send_input sends", async () => {
  await scene.run("input", "1");
  const code =
    "name = input('who? ')\nimport time\nage = int(input())\ntime.sleep(60 if age else 0)\nname";
  const { job_id, note } = await scene.run("input", code, { time_budget_seconds: 2 });
  const send = (text: string, more: Json = {}) =>
    scene.call("py_send_input", { job_id, text, ...more });
  const asked = new RegExp(
    `waits in input\\(\\) \\("who\\? "\\): .*py_send_input, job_id ${job_id}`,
  );
  assert.match(String(note), asked);
  const status = () => scene.call("py_job_status", { job_id });
  assert.match(String((await status()).note), asked);
  const next = await scene.run("input", "1", { time_budget_seconds: 0.1 });
  assert.match(String(next.note), new RegExp(`^Cell 2, which comes first, ${asked.source}`));
  await send("me\n");
  await waitFor(async () => /waits in input\(\): /.test(String((await status()).note)), {
    what: "the second question",
  });
  await send("1\n");
  await waitFor(async () => (await status()).note === undefined, { what: "the cell to go on" });
  await scene.call("py_cancel_job", { job_id });
  assert.equal((await status()).note, undefined);
});

Deno.test("input() in a cell answers lines that were sent at once, and fails at the input's end", async () => {
  const { job_id } = await scene.run("input", "input('who? '), input(), input()", {
    time_budget_seconds: 0.2,
  });
  await scene.call("py_send_input", { job_id, text: "me\n7\n", eof: true });
  const { error, result } = await scene.job(job_id, 10);
  assert.match(String(error), /^EOFError: .*py_send_input/);
  assert.equal((result as Json).stdout, "who? ");
});

Deno.test("a cell of a session that is being started says so", async () => {
  const folder = scene.home.join("slow");
  const go = JSON.stringify(scene.home.join("go-on"));
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(
    `${folder}/sitecustomize.py`,
    `import os, time\nwhile not os.path.exists(${go}): time.sleep(0.01)\n`,
  );
  const { job_id, status, note } = await scene.run("slow", "1", {
    env_vars: { PYTHONPATH: folder },
    time_budget_seconds: 0.2,
  });
  assert.deepEqual({ status, note }, {
    status: "pending",
    note: "The session slow is being started",
  });
  // As the steps do that prepare an environment.
  new JobFiles(scene.home.join("jobs", String(job_id)))
    .writeProgress({ current: 0, total: 1, message: "Downloading pandas" });
  assert.equal(
    (await scene.call("py_job_status", { job_id })).note,
    `${note}; its environment is being prepared (1 of 1: Downloading pandas)`,
  );
  Deno.writeTextFileSync(JSON.parse(go), "");
  assert.equal(((await scene.job(job_id, 20)).result as Json).result, "1");
});

Deno.test("a cell's progress and artifacts are its job's", async () => {
  const { job_id } = await scene.run(
    "progress",
    `import os, time, python_mcp
open(os.path.join(os.environ["PYTHON_MCP_ARTIFACTS"], "left.txt"), "w").write("x")
python_mcp.create_progress_callback()(1, 4, "part")
time.sleep(60)`,
    { time_budget_seconds: 0.2 },
  );
  const status = () => scene.job(job_id);
  await waitFor(async () => (await status()).progress !== null, { what: "progress" });
  assert.deepEqual((await status()).progress, { current: 1, total: 4, message: "part" });
  await scene.call("py_cancel_job", { job_id });
  const { artifacts } = (await status()).result as { artifacts: Json[] };
  assert.deepEqual(artifacts.map(({ name }) => name), ["left.txt"]);
});

Deno.test("a cell starts jobs of its own, which end with it when it is cancelled", async () => {
  const code = `import python_mcp
job = python_mcp.run("import time; print('from the job', flush=True)")
job.wait().stdout`;
  assert.equal((await scene.run("parent", code)).result, "'from the job\\n'");
  const { job_id } = await scene.run(
    "parent",
    `job = python_mcp.run("import time; time.sleep(60)")\njob.wait()`,
    { time_budget_seconds: 0.5 },
  );
  const child = async () => {
    const { jobs } = await scene.call("py_list_jobs", { limit: 1000 });
    return (jobs as Json[]).find(({ parent_id }) => parent_id === job_id);
  };
  await waitFor(async () => (await child())?.status === "running", { what: "the job's start" });
  await scene.call("py_cancel_job", { job_id });
  await waitFor(async () => (await child())?.status === "cancelled", { what: "the job's end" });
});
