import assert from "node:assert/strict";
import { connect, type Connection } from "../helpers/connect.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const SLEEP = { script_content: "import time; time.sleep(600)", use_uv: false };

async function statusOf(server: Connection, job_id: unknown): Promise<string> {
  const { job } = (await server.call("py_job_status", { job_id })).json as {
    job: { status: string };
  };
  return job.status;
}

Deno.test("a server sees a job at once when another server started it", async () => {
  await using home = await TestHome.prepared();
  await using one = await connect({ home: home.path });
  await using other = await connect({ home: home.path });
  const { json } = await one.call("py_run_script_in_dir_async", { directory: home.path, ...SLEEP });
  const { jobs } = (await other.call("py_list_jobs")).json as { jobs: { id: string }[] };
  assert.deepEqual(jobs.map(({ id }) => id), [json.job_id]);
  await one.call("py_cancel_job", { job_id: json.job_id });
});

Deno.test("a server cancels a job when another server started it", async () => {
  await using home = await TestHome.prepared();
  await using one = await connect({ home: home.path });
  await using other = await connect({ home: home.path });
  const { json } = await one.call("py_run_script_in_dir_async", { directory: home.path, ...SLEEP });
  await waitFor(async () => await statusOf(one, json.job_id) === "running", {
    what: "the job to run",
  });
  const { json: cancelled } = await other.call("py_cancel_job", { job_id: json.job_id });
  assert.equal(cancelled.status, "cancelled");
  assert.equal(home.processes().some(({ command }) => command.includes("script.py")), false);
  assert.equal(await statusOf(one, json.job_id), "cancelled");
});

Deno.test("a later server has the whole result when the first was killed", async () => {
  await using home = await TestHome.prepared();
  const first = await connect({ home: home.path });
  const go = home.join("go");
  const { json } = await first.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content:
      `import os, time\nprint("one")\nwhile not os.path.exists(${
        JSON.stringify(go)
      }): time.sleep(0.01)\n` +
      `print("two")\nraise SystemExit(7)`,
    use_uv: false,
  });
  await waitFor(async () => await statusOf(first, json.job_id) === "running", {
    what: "the job to run",
  });
  Deno.kill(first.pid(), "SIGKILL");
  await first.close();
  Deno.writeTextFileSync(go, "");
  await using later = await connect({ home: home.path });
  const { job } = (await later.call("py_job_status", { job_id: json.job_id, wait_seconds: 20 }))
    .json as { job: { status: string; result: Record<string, unknown> } };
  assert.equal(job.status, "failed");
  assert.equal(job.result.stdout, "one\ntwo\n");
  assert.equal(job.result.exit_code, 7);
});

Deno.test("a call's run becomes a listed job when its server is killed", async () => {
  await using home = await TestHome.prepared();
  const first = await connect({ home: home.path });
  const call = first.call("py_run_script_in_dir", { directory: home.path, ...SLEEP })
    .catch(() => undefined);
  await waitFor(() => home.processes().some(({ command }) => command.includes("script.py")), {
    what: "the script",
  });
  Deno.kill(first.pid(), "SIGKILL");
  await first.close();
  await call;
  await using later = await connect({ home: home.path });
  const { jobs } = (await later.call("py_list_jobs")).json as {
    jobs: { id: string; status: string }[];
  };
  assert.deepEqual(jobs.map(({ status }) => status), ["running"]);
  await later.call("py_cancel_job", { job_id: jobs[0]!.id });
});

Deno.test("jobs.json shows the jobs when they have changed", async () => {
  await using home = await TestHome.prepared();
  await using server = await connect({ home: home.path });
  const { json } = await server.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content: "print(1)",
    use_uv: false,
  });
  const path = home.join("meta", "jobs.json");
  await waitFor(() => {
    try {
      const { jobs } = JSON.parse(Deno.readTextFileSync(path));
      return jobs.some((job: { id: string; status: string }) =>
        job.id === json.job_id && job.status === "completed"
      );
    } catch {
      return false;
    }
  }, { what: "the job in jobs.json" });
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  assert.equal(Deno.statSync(home.join("jobs")).mode! & 0o777, 0o700);
});
