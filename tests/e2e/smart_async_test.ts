import assert from "node:assert/strict";
import { connect } from "../helpers/connect.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const shared = new SharedServers();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A script that ends when a file appears, so that nothing depends on the machine's speed. */
function untilFile(path: string, before = "", after = ""): string {
  return `import os, time\n${before}\nwhile not os.path.exists(${
    JSON.stringify(path)
  }):\n    time.sleep(0.01)\n${after}\n`;
}

Deno.test("a call answers with its job when the budget is over, and the run goes on", async () => {
  const { home, server } = await shared.begin();
  const go = home.join(crypto.randomUUID());
  const { json, isError } = await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: untilFile(go, "print('before')", "print('after')"),
    use_uv: false,
    time_budget_seconds: 2,
  });
  assert.equal(isError, false);
  assert.match(json.job_id as string, UUID);
  assert.deepEqual(json, {
    job_id: json.job_id,
    status: "running",
    message: "Task exceeded 2.0s time budget; running in background",
  });
  Deno.writeTextFileSync(go, "");
  const { job } = (await server.call("py_job_status", { job_id: json.job_id, wait_seconds: 20 }))
    .json as { job: Record<string, unknown> };
  assert.equal(job.status, "completed");
  assert.equal((job.result as { stdout: string }).stdout, "before\nafter\n");
  assert.equal(job.error, null);
});

for (
  const [what, env, budget] of [
    ["SMART_ASYNC_TIMEOUT_SECONDS", { SMART_ASYNC_TIMEOUT_SECONDS: "2" }, "2.0"],
    ["the tool's own variable", {
      SMART_ASYNC_TIMEOUT_SECONDS: "30",
      PY_RUN_SCRIPT_IN_DIR_TIMEOUT: "1.9",
    }, "1.9"],
  ] as const
) {
  Deno.test(`a call waits as long as ${what} says when the call says nothing`, async () => {
    await using home = await TestHome.prepared();
    await using server = await connect({ home: home.path, env });
    const { json } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: "import time; time.sleep(600)",
      use_uv: false,
    });
    // On a busy machine so short a budget ends before the run has left the queue.
    assert.ok((json.message as string).startsWith(`Task exceeded ${budget}s time budget; `));
    await server.call("py_cancel_job", { job_id: json.job_id });
  });
}

Deno.test("a call answers at once when async_mode is set", async () => {
  const { home, server } = await shared.begin();
  const { json } = await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "print(1)",
    use_uv: false,
    async_mode: true,
  });
  assert.equal(json.status, "pending");
  assert.match(json.job_id as string, UUID);
  assert.equal(typeof json.message, "string");
});

Deno.test("a call warns on stderr and uses the default when its budget variable is no number", async () => {
  await using home = await TestHome.prepared();
  await using server = await connect({
    home: home.path,
    env: { SMART_ASYNC_TIMEOUT_SECONDS: "soon" },
  });
  const { json } = await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "print(1)",
    use_uv: false,
  });
  assert.equal(json.stdout, "1\n");
  assert.match(server.stderr(), /SMART_ASYNC_TIMEOUT_SECONDS=soon/);
});

Deno.test("a run is no listed job when it is answered within its call", async () => {
  await using home = await TestHome.prepared();
  await using server = await connect({ home: home.path });
  await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "print(1)",
    use_uv: false,
  });
  assert.deepEqual((await server.call("py_list_jobs")).json, { jobs: [], total: 0 });
  await waitFor(() => [...Deno.readDirSync(home.join("jobs"))].length === 0, {
    what: "an empty jobs folder",
  });
});

Deno.test("py_job_status shows the guide's fields when a job reports progress", async () => {
  const { home, server } = await shared.begin();
  const go = home.join(crypto.randomUUID());
  const { json } = await server.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content: "from python_mcp import create_progress_callback\n" + untilFile(
      go,
      "create_progress_callback()(52, 100, 'Processed 52/100 items')",
    ),
    use_uv: false,
    job_label: "process_items",
  });
  const job = await waitFor(async () => {
    const { job } = (await server.call("py_job_status", { job_id: json.job_id })).json as {
      job: Record<string, unknown>;
    };
    return job.progress !== null && job;
  }, { what: "progress" });
  assert.deepEqual(job.progress, {
    current: 52,
    total: 100,
    message: "Processed 52/100 items",
  });
  assert.equal(job.status, "running");
  assert.equal(job.label, "process_items");
  assert.match(job.created_at as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  Deno.writeTextFileSync(go, "");
  const last = (await server.call("py_job_status", { job_id: json.job_id, wait_seconds: 20 }))
    .json as { job: Record<string, unknown> };
  assert.equal(last.job.status, "completed");
  assert.equal((last.job.progress as { current: number }).current, 52);
});

Deno.test("py_job_status answers {error} when there is no such job", async () => {
  const { server } = await shared.begin();
  const { json, isError, content } = await server.call("py_job_status", { job_id: "abc-123" });
  assert.equal(isError, true);
  assert.match(json.error as string, /abc-123/);
  assert.deepEqual(JSON.parse(content[0]!.text!), json);
});
