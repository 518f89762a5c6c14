import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { connect, type Connection } from "../helpers/connect.ts";
import { readIfThere } from "../../lib/base/private_files.ts";
import { endedJob } from "../helpers/ended_job.ts";
import { fillHome } from "../helpers/fill_home.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

Deno.test("py_prune_jobs says what kept jobs that are too young, and how to remove them", async () => {
  await using home = await TestHome.prepared();
  await using server = await connect({ home: home.path });
  const prune = async (args: Record<string, unknown>) =>
    (await server.call("py_prune_jobs", args)).json;
  assert.deepEqual(await prune({ keep_completed: false }), { removed: 0, remaining: 0 });
  await endedJob(server, home, "print(1)");
  await endedJob(server, home, "raise SystemExit(1)");
  const young = await prune({ keep_completed: false });
  assert.deepEqual([young.removed, young.remaining], [0, 2]);
  assert.match(
    young.note as string,
    /1 job was kept, since it ended less than 24 h ago.*max_age_hours to 0/,
  );
  const both = await prune({ keep_completed: false, keep_failed: false, max_age_hours: 1.5 });
  assert.match(both.note as string, /2 jobs were kept, since they ended less than 1.5 h ago/);
  assert.deepEqual(await prune({ keep_failed: false, max_age_hours: 0 }), {
    removed: 1,
    remaining: 1,
  });
});

Deno.test("a job has its id as job_id too, wherever it is shown as one", async () => {
  await using home = await TestHome.prepared();
  await using server = await connect({ home: home.path });
  const id = await endedJob(server, home, "print(1)");
  const { job } = (await server.call("py_job_status", { job_id: id })).json as {
    job: { id: string; job_id: string };
  };
  assert.deepEqual([job.id, job.job_id], [id, id]);
  const { text } = await server.readResource(`job://${id}`);
  assert.equal(JSON.parse(text!).job_id, id);
});

interface Entry {
  id: string;
  label: string;
  command: string | null;
  exit_code: number | null;
  answered?: true;
  [name: string]: unknown;
}

async function entries(server: Connection, args: Record<string, unknown> = {}): Promise<Entry[]> {
  return (await server.call("py_list_jobs", args)).json.jobs as Entry[];
}

Deno.test("a list of jobs has no output, says what each ran, and few characters of each", async () => {
  await using home = await TestHome.prepared("home");
  await using server = await connect({ home: home.join("home") });
  const folder = home.join("a folder");
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(
    `${folder}/train.py`,
    "print('x' * 50_000)\nraise ValueError('y' * 5000 + '\\n' + 'z' * 5000)",
  );
  for (const args of [["--epochs", "3"], ["it's", "w".repeat(3000)]]) {
    await server.call("py_run_script_in_dir", {
      directory: folder,
      script_path: "train.py",
      use_uv: false,
      args,
      job_label: "l".repeat(200),
      async_mode: true,
    });
  }
  await endedJob(server, home, "print(1)");
  const { jobs } = await waitFor(async () => {
    const jobs = await entries(server);
    return jobs.every(({ exit_code }) => exit_code !== null) && { jobs };
  }, { what: "the ends of three jobs" });
  assert.deepEqual(jobs.map(({ exit_code }) => exit_code), [0, 1, 1]);
  const [inline, long, first] = jobs.map(({ command }) => command!);
  assert.equal(inline, `(inline code) in ${home.path}`);
  assert.ok(first!.startsWith("train.py --epochs 3 in "), first);
  assert.ok(long!.startsWith("train.py 'it'\\''s' www"), long);
  for (const job of jobs) {
    assert.ok(!("result" in job) && !("answered" in job));
    assert.ok(JSON.stringify(job).length <= 450, JSON.stringify(job));
  }
  // What lists are copied into has the same.
  const snapshot = await waitFor(() => {
    const { jobs = [] } = JSON.parse(readIfThere(home.join("home/meta/jobs.json")) ?? "{}");
    return jobs.length === 3 && (jobs as Entry[]).every(({ exit_code }) => exit_code !== null) &&
      jobs as Entry[];
  }, { what: "the snapshot" });
  assert.deepEqual(snapshot, jobs);
});

Deno.test("a list of jobs has twenty when nobody says how many", async () => {
  await using home = await TestHome.prepared();
  fillHome(home.path, 25);
  await using server = await connect({ home: home.path });
  const { json } = await server.call("py_list_jobs", {});
  assert.equal((json.jobs as Entry[]).length, 20);
  assert.equal(json.total, 25);
  assert.equal((json.jobs as Entry[])[0]!.exit_code, 0);
});

Deno.test("a run that took long is listed as answered and stays for a day, a short one is not", async () => {
  await using home = await TestHome.prepared();
  await using server = await connect({ home: home.path });
  const run = (script_content: string) =>
    server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content,
      use_uv: false,
      time_budget_seconds: 60,
    });
  const { json } = await run("import time; time.sleep(3.1); print('done'); raise SystemExit(2)");
  assert.equal(json.stdout, "done\n");
  assert.ok(!("job_id" in json));
  const [entry, ...others] = await entries(server);
  assert.deepEqual(others, []);
  assert.deepEqual([entry!.answered, entry!.exit_code, entry!.status], [true, 2, "failed"]);
  const status = await server.call("py_job_status", { job_id: entry!.id });
  const { result } = status.json.job as { result: Record<string, unknown> };
  assert.deepEqual(result, json);

  const database = new DatabaseSync(home.join("meta/jobs.db"), { readOnly: true });
  const { expires_at } = database.prepare("SELECT expires_at FROM jobs").get() as {
    expires_at: number;
  };
  database.close();
  assert.ok(Math.abs(expires_at - Date.now() - 24 * 3600_000) < 60_000);
  const pruned = await server.call("py_prune_jobs", { keep_failed: false, max_age_hours: 0 });
  assert.deepEqual(pruned.json, { removed: 1, remaining: 0 });
});
