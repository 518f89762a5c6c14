import assert from "node:assert/strict";
import { connect } from "../helpers/connect.ts";
import { endedJob } from "../helpers/ended_job.ts";
import { TestHome } from "../helpers/test_home.ts";

Deno.test("py_prune_jobs says what kept jobs that are too young, and how to remove them", async () => {
  await using home = await TestHome.create();
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
  await using home = await TestHome.create();
  await using server = await connect({ home: home.path });
  const id = await endedJob(server, home, "print(1)");
  const { job } = (await server.call("py_job_status", { job_id: id })).json as {
    job: { id: string; job_id: string };
  };
  assert.deepEqual([job.id, job.job_id], [id, id]);
  const { text } = await server.readResource(`job://${id}`);
  assert.equal(JSON.parse(text!).job_id, id);
});
