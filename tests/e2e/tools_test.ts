import assert from "node:assert/strict";
import { CLIENTS, type Connection, TRANSPORTS } from "../helpers/connect.ts";
import { PLAIN } from "../helpers/sessions.ts";
import { forgetJobs, SharedServers } from "../helpers/shared_servers.ts";
import type { TestHome } from "../helpers/test_home.ts";

type Body = (server: Connection, home: TestHome) => Promise<void>;

const shared = new SharedServers();

/** The same body with every kind of real client over every transport. */
function testTool(name: string, body: Body): void {
  for (const transport of TRANSPORTS) {
    for (const kind of CLIENTS) {
      Deno.test(`${name} (${kind} client, ${transport})`, async () => {
        await body(await shared.connect(kind, transport), await shared.home());
      });
    }
  }
}

/** A call that ends as a job, with that job's end. */
async function endOfJob(server: Connection, tool: string, args: Record<string, unknown>) {
  const { json } = await server.call(tool, args);
  assert.equal(json.status, "pending");
  const status = await server.call("py_job_status", { job_id: json.job_id, wait_seconds: 50 });
  return status.json.job as Record<string, unknown>;
}

testTool("tools/list names all tools when asked", async (server) => {
  const tools = await server.listTools();
  assert.deepEqual(tools.map(({ name }) => name).toSorted(), [
    "py_benchmark_script",
    "py_cancel_job",
    "py_job_status",
    "py_list_jobs",
    "py_list_scripts",
    "py_prune_jobs",
    "py_run_saved_script",
    "py_run_script_in_dir",
    "py_run_script_in_dir_async",
    "py_run_script_with_dependencies",
    "py_run_script_with_dependencies_async",
    "py_save_script",
    "py_send_input",
    "py_session_end",
    "py_session_run",
    "py_session_save",
    "py_sessions",
  ]);
});

testTool("py_session_run keeps variables for the next call", async (server) => {
  const run = async (code: string) =>
    (await server.call("py_session_run", { code, session: "tools", ...PLAIN })).json;
  await run("x = 20");
  const { result, cell, exception } = await run("x + 1");
  assert.deepEqual({ result, cell, exception }, { result: "21", cell: 2, exception: null });
  const { json } = await server.call("py_session_end", { session: "tools" });
  assert.match(String(json.message), /^Ended/);
});

testTool(
  "py_run_script_in_dir answers with the result when the script is quick",
  async (server, home) => {
    const { json, content, isError } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)",
      use_uv: false,
    });
    assert.equal(isError, false);
    assert.equal(json.stdout, "out\n");
    assert.equal(json.stderr, "err\n");
    assert.equal(json.exit_code, 3);
    assert.equal(json.execution_strategy, "system-python");
    assert.equal(typeof json.elapsed_seconds, "number");
    assert.equal("job_id" in json, false);
    assert.deepEqual(JSON.parse(content[0]!.text!), json);
  },
);

testTool(
  "py_run_script_in_dir runs isolated through uv when use_uv is left out",
  async (server, home) => {
    const { json } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: "import os; print(os.getcwd())",
    });
    assert.equal(json.stdout, `${home.path}\n`);
    assert.equal(json.execution_strategy, "uv-run");
  },
);

testTool("py_run_script_in_dir_async runs in the background when called", async (server, home) => {
  const job = await endOfJob(server, "py_run_script_in_dir_async", {
    directory: home.path,
    script_content: "print('done')",
    use_uv: false,
    job_label: "my job",
  });
  assert.equal(job.status, "completed");
  assert.equal(job.label, "my job");
  assert.equal((job.result as { stdout: string }).stdout, "done\n");
});

testTool(
  "py_run_script_with_dependencies installs from PyPI when given dependencies",
  async (server) => {
    const { json } = await server.call("py_run_script_with_dependencies", {
      script_content: "import six; print(six.__name__)",
      dependencies: ["six"],
    });
    assert.equal(json.stdout, "six\n");
    assert.deepEqual(json.resolved_dependencies, ["six"]);
    assert.match(json.python_version_used as string, /^3\.\d+\.\d+$/);
  },
);

testTool(
  "py_run_script_with_dependencies_async runs in the background when called",
  async (server) => {
    const job = await endOfJob(server, "py_run_script_with_dependencies_async", {
      script_content: "import six; print(six.__name__)",
      dependencies: ["six"],
    });
    assert.equal(job.status, "completed");
    assert.deepEqual((job.result as Record<string, unknown>).resolved_dependencies, ["six"]);
  },
);

testTool("py_benchmark_script tells times and memory when the script ends", async (server) => {
  const { json } = await server.call("py_benchmark_script", {
    script_content: "x = sum(range(10**6)); print(x)",
    repeat: 3,
  });
  assert.equal(json.exit_code, 0);
  assert.ok((json.wall_time_seconds as number) > 0);
  assert.ok((json.cpu_time_seconds as number) > 0);
  assert.ok((json.peak_rss_mb as number) > 4);
  assert.equal(json.runs, 3);
});

testTool("py_run_saved_script runs what py_save_script kept when named", async (server) => {
  const source = '"""Greets."""\nimport sys\nprint("hello", *sys.argv[1:])\n';
  const saved = await server.call("py_save_script", {
    script_name: "greet",
    source,
    overwrite: true,
  });
  assert.equal(saved.json.written, true);
  const { scripts } = (await server.call("py_list_scripts")).json as {
    scripts: Record<string, unknown>[];
  };
  assert.equal(scripts[0]!.name, "greet");
  assert.equal(scripts[0]!.description, "Greets.");
  const run = await server.call("py_run_saved_script", { script_name: "greet", args: ["you"] });
  assert.equal(run.json.stdout, "hello you\n");
});

testTool("py_cancel_job ends a job when it runs", async (server, home) => {
  const { json } = await server.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content: "import time; time.sleep(600)",
    use_uv: false,
  });
  assert.deepEqual((await server.call("py_cancel_job", { job_id: json.job_id })).json, {
    job_id: json.job_id,
    status: "cancelled",
    message: "Job cancelled",
  });
});

testTool("py_list_jobs filters by status when asked", async (server, home) => {
  await forgetJobs(server);
  await endOfJob(server, "py_run_script_in_dir_async", {
    directory: home.path,
    script_content: "1/0",
    use_uv: false,
  });
  const failed = (await server.call("py_list_jobs", { status_filter: "failed" })).json;
  assert.equal(failed.total, 1);
  const jobs = failed.jobs as { error: string }[];
  assert.equal(jobs[0]!.error, "ZeroDivisionError: division by zero");
  assert.equal((await server.call("py_list_jobs", { status_filter: "completed" })).json.total, 0);
});

testTool("py_prune_jobs removes ended jobs when told not to keep them", async (server, home) => {
  await forgetJobs(server);
  await endOfJob(server, "py_run_script_in_dir_async", {
    directory: home.path,
    script_content: "print(1)",
    use_uv: false,
  });
  const { json } = await server.call("py_prune_jobs", { keep_completed: false, max_age_hours: 0 });
  assert.deepEqual(json, { removed: 1, remaining: 0 });
});
