import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { connect, type Connection } from "../helpers/connect.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const OWN_SERVER = fileURLToPath(new URL("../../examples/own_server.ts", import.meta.url));
const LONG = { items: Array.from({ length: 1000 }, (_, n) => `item ${n}`), seconds_per_item: 0.05 };

interface ListedJob {
  id: string;
  label: string;
  status: string;
  progress: { current: number; total: number; message: string } | null;
}

async function jobsOf(server: Connection): Promise<ListedJob[]> {
  return (await server.call("py_list_jobs")).json.jobs as ListedJob[];
}

Deno.test("an own server's tool answers with its result when it is quick", async () => {
  await using home = await TestHome.prepared();
  await using own = await connect({ home: home.path, program: OWN_SERVER });
  const { json } = await own.call("process_items", { items: ["abc"], seconds_per_item: 0 });
  assert.deepEqual(json, { processed: ["cba"] });
});

Deno.test("an own server's job is listed with its progress by another server, and cancelled from there", async () => {
  await using home = await TestHome.prepared();
  await using own = await connect({ home: home.path, program: OWN_SERVER });
  await using other = await connect({ home: home.path });
  const { json } = await own.call("process_items", {
    ...LONG,
    time_budget_seconds: 0.2,
    job_label: "turn many words",
  });
  assert.equal(json.message, "Task exceeded 0.2s time budget; running in background");
  const job = await waitFor(
    async () => (await jobsOf(other)).find(({ progress }) => (progress?.current ?? 0) > 2),
    { what: "progress in the other server's list" },
  );
  assert.equal(job.id, json.job_id);
  assert.equal(job.status, "running");
  assert.equal(job.label, "turn many words");
  assert.equal(job.progress!.total, 1000);
  assert.match(job.progress!.message, /^Processed item \d+$/);

  const { json: cancelled } = await other.call("py_cancel_job", { job_id: job.id });
  assert.deepEqual(cancelled, {
    job_id: job.id,
    status: "cancelled",
    message: "Job cancelled",
  });
  assert.equal((await jobsOf(other))[0]!.status, "cancelled");
});

Deno.test("an own server's job is failed, with the reason, when that server has ended", async () => {
  await using home = await TestHome.prepared();
  await using other = await connect({ home: home.path });
  const own = await connect({ home: home.path, program: OWN_SERVER });
  const { json } = await own.call("process_items", { ...LONG, async_mode: true });
  assert.equal(json.status, "pending");
  Deno.kill(own.pid(), "SIGKILL");
  await own.close();
  const { json: status } = await other.call("py_job_status", {
    job_id: json.job_id,
    wait_seconds: 10,
  });
  const job = status.job as ListedJob & { error: string };
  assert.equal(job.status, "failed");
  assert.equal(job.error, "The server process that ran this job ended");
});
