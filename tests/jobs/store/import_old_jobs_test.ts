import assert from "node:assert/strict";
import { exists } from "../../../lib/base/private_files.ts";
import { openHome } from "../../../lib/jobs/files/home.ts";
import { JobDatabase } from "../../../lib/jobs/store/job_database.ts";
import { JobStore } from "../../../lib/jobs/store/job_store.ts";
import { connect } from "../../helpers/connect.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, python } from "../job_bench.ts";
import { OtherServer } from "../other_server.ts";

const ID = "9c0af4c2-2a74-430e-bc1d-0f419b6bd503";
const OLD = [
  {
    id: ID,
    label: "process_items",
    status: "completed",
    created_at: "2025-12-17T14:25:00",
    started_at: "2025-12-17T14:25:01.250000",
    completed_at: "2025-12-17T14:30:15",
    progress: { current: 100, total: 100, message: "Processed 100/100 items" },
    result: { stdout: "all done\n", exit_code: 0 },
    error: null,
  },
  {
    id: "job 1/ä",
    label: null,
    status: "running",
    created_at: "2025-12-17T14:00:00",
    started_at: "2025-12-17T14:00:01",
    progress: { current: 3, total: null, message: null },
  },
  { id: "job_2", status: "failed", created_at: "2025-12-18T09:00:00Z", error: "Division by zero" },
];

function write(home: string, content: unknown): void {
  const path = `${openHome(home).meta}/jobs.json`;
  Deno.writeTextFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

/** Opens the database once; returns the jobs, newest first, and what was told. */
function open(home: string) {
  const told: string[] = [];
  const store = new JobStore(new JobDatabase(openHome(home), (message) => told.push(message)));
  const rows = store.list({ limit: 100 });
  store.close();
  return { rows, told };
}

function resultOf(home: string, id: string): unknown {
  const store = new JobStore(new JobDatabase(openHome(home), () => {}));
  const row = store.get(id);
  store.close();
  return row?.result;
}

const byId = Object.fromEntries(OLD.map(({ id, ...job }) => [id, job]));
const SHAPES: Record<string, unknown> = {
  "a list": OLD,
  "an object keyed by id": byId,
  "{jobs: a list}": { version: 1, jobs: OLD },
  "{jobs: an object keyed by id}": { jobs: byId },
};

for (const [shape, content] of Object.entries(SHAPES)) {
  Deno.test(`jobs of an older server are imported once when its file is ${shape}`, async () => {
    await using home = await TestHome.create();
    write(home.path, content);
    const { rows, told } = open(home.path);
    assert.deepEqual(rows.map(({ id, status, label, error }) => [id, status, label, error]), [
      ["job_2", "failed", null, "Division by zero"],
      [ID, "completed", "process_items", null],
      [
        "job 1/ä",
        "failed",
        null,
        "The server that ran this job is gone; the job was taken over from its jobs.json",
      ],
    ]);
    assert.deepEqual(resultOf(home.path, ID), OLD[0]!.result);
    assert.deepEqual(rows[1]!.progress, OLD[0]!.progress);
    assert.deepEqual(told, [
      `Imported 3 of 3 jobs from ${home.path}/meta/jobs.json of an older server, which is kept as jobs.json.imported`,
    ]);
    assert.equal(exists(`${home.path}/meta/jobs.json`), false);
    assert.deepEqual(
      JSON.parse(Deno.readTextFileSync(`${home.path}/meta/jobs.json.imported`)),
      content,
    );
    assert.deepEqual(open(home.path), { rows, told: [] });
  });
}

Deno.test("times without a zone are local time in an import", async () => {
  const source = `
    const { readOldJobs } = await import(${
    JSON.stringify(import.meta.resolve("../../../lib/jobs/store/old_jobs.ts"))
  });
    const { jobs } = readOldJobs(${JSON.stringify(OLD)});
    const times = jobs.map((job) => [job.createdAt, job.startedAt, job.completedAt]);
    console.log(JSON.stringify(times));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", source],
    env: { TZ: "America/New_York" },
  }).output();
  const iso = (time: number | null) => time && new Date(time).toISOString();
  const times = JSON.parse(new TextDecoder().decode(stdout)) as (number | null)[][];
  assert.deepEqual(times.slice(1).map((job) => job.map(iso)), [
    ["2025-12-17T19:25:00.000Z", "2025-12-17T19:25:01.250Z", "2025-12-17T19:30:15.000Z"],
    ["2025-12-18T09:00:00.000Z", null, "2025-12-18T09:00:00.000Z"],
  ]);
});

Deno.test("an import skips bad entries and counts them", async () => {
  await using home = await TestHome.create();
  const good = { status: "completed", created_at: "2025-01-01T00:00:00" };
  write(home.path, [
    { ...good, id: "good" },
    { ...good },
    { ...good, id: 7 },
    { ...good, id: "" },
    { ...good, id: "x".repeat(300) },
    { ...good, id: "no status", status: "done" },
    { ...good, id: "no time", created_at: "yesterday" },
    { ...good, id: "good", label: "the same id once more" },
    null,
    "text",
  ]);
  const { rows, told } = open(home.path);
  assert.deepEqual(rows.map(({ id, label }) => [id, label]), [["good", null]]);
  assert.match(told[0]!, /Imported 1 of 10 jobs .*; skipped: 9 /);
});

for (const content of ["", "{half", "7"]) {
  Deno.test(`an import keeps the file when it holds ${JSON.stringify(content)}`, async () => {
    await using home = await TestHome.create();
    write(home.path, content);
    assert.match(open(home.path).told[0]!, /Imported 0 of 1 jobs .*; skipped: 1 /);
    assert.equal(Deno.readTextFileSync(`${home.path}/meta/jobs.json.imported`), content);
  });
}

Deno.test("an import that was cut off before its file was renamed adds nothing twice", async () => {
  await using home = await TestHome.create();
  write(home.path, OLD);
  const { rows } = open(home.path);
  Deno.renameSync(`${home.path}/meta/jobs.json.imported`, `${home.path}/meta/jobs.json`);
  const again = open(home.path);
  assert.deepEqual(again.rows, rows);
  assert.match(again.told[0]!, /Imported 0 of 3 jobs .*there already/);
  assert.equal(exists(`${home.path}/meta/jobs.json.imported`), true);
});

Deno.test("a second file of an older server is kept beside the first", async () => {
  await using home = await TestHome.create();
  write(home.path, OLD.slice(0, 1));
  open(home.path);
  write(home.path, OLD.slice(1));
  assert.equal(open(home.path).rows.length, 3);
  const kept = [...Deno.readDirSync(`${home.path}/meta`)].map(({ name }) => name)
    .filter((name) => name.startsWith("jobs.json.imported"));
  assert.equal(kept.length, 2);
});

Deno.test("imported jobs come before those of this server in the order of creation", async () => {
  await using bench = await JobBench.open();
  const { id } = await bench.run(python("print(1)"));
  await bench.close();
  write(bench.path, OLD);
  assert.deepEqual(open(bench.path).rows.map((row) => row.id), [id, "job_2", ID, "job 1/ä"]);
});

Deno.test("imported jobs are there again when their database was lost", async () => {
  await using home = await TestHome.create();
  write(home.path, OLD);
  const { rows } = open(home.path);
  Deno.writeTextFileSync(`${home.path}/meta/jobs.db`, "no database ".repeat(1000));
  assert.deepEqual(open(home.path).rows, rows);
});

Deno.test("our own snapshot is never imported", async () => {
  await using home = await TestHome.create();
  await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    await bench.run(python("print(1)"));
  })();
  const snapshot = Deno.readTextFileSync(`${home.path}/meta/jobs.json`);
  await using other = await TestHome.create();
  for (const text of [snapshot, JSON.stringify(JSON.parse(snapshot))]) {
    write(other.path, text);
    assert.deepEqual(open(other.path), { rows: [], told: [] });
    assert.equal(exists(`${other.path}/meta/jobs.json`), true);
  }
});

Deno.test("an older server's file is not written over when it comes while a server is open", async () => {
  await using bench = await JobBench.open();
  await bench.run(python("print(1)"));
  write(bench.path, OLD);
  await bench.run(python("print(2)"));
  await bench.close();
  assert.deepEqual(JSON.parse(Deno.readTextFileSync(`${bench.path}/meta/jobs.json`)), OLD);
  assert.equal(open(bench.path).rows.length, 5);
});

Deno.test("jobs are imported once when many servers start at the same time", async () => {
  await using home = await TestHome.create();
  write(home.path, { jobs: OLD });
  const servers = await Promise.all([0, 1, 2, 3].map(() => OtherServer.start(home.path, [])));
  for (const server of servers) await server.kill();
  assert.equal(open(home.path).rows.length, 3);
  assert.equal(exists(`${home.path}/meta/jobs.json.imported`), true);
});

Deno.test("tools and resources work with the ids of imported jobs", async () => {
  await using home = await TestHome.create();
  write(home.path, OLD); // far older than the days that jobs are kept
  await using server = await connect({ home: home.path });
  const { json: list } = await server.call("py_list_jobs");
  assert.equal(list.total, 3);
  assert.match(list.note as string, /Imported 3 of 3 jobs/);
  await waitFor(() => /Imported 3 of 3 jobs/.test(server.stderr()), {
    what: "the log",
  });
  for (const { id } of OLD) {
    const { json } = await server.call("py_job_status", {
      job_id: id,
      wait_seconds: 1,
      stdout_cursor: 0,
    });
    const job = json.job as { id: string; status: string };
    assert.equal(job.id, id);
    const cancelled = await server.call("py_cancel_job", { job_id: id });
    assert.equal(cancelled.json.status, job.status);
    assert.match(cancelled.json.message as string, /had ended before/);
    const uri = `job://${encodeURIComponent(id)}`;
    assert.equal(JSON.parse((await server.readResource(uri)).text!).id, id);
  }
  const { resources } = await server.client.listResources();
  assert.deepEqual(
    resources.map(({ uri }) => uri).filter((uri) => uri.startsWith("job:")).toSorted(),
    OLD.map(({ id }) => `job://${encodeURIComponent(id)}`).toSorted(),
  );
  assert.match((await server.readResource(`job-stream://${ID}`)).text!, /---STDOUT---\nall done/);
  assert.deepEqual(
    (await server.call("py_prune_jobs", { keep_failed: false, max_age_hours: 0 })).json,
    { removed: 2, remaining: 1 },
  );
});
