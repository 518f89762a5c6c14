import assert from "node:assert/strict";
import { connect, type Connection } from "../helpers/connect.ts";
import { servePrivateIndex } from "../helpers/private_index.ts";
import { withUv } from "../helpers/run_plan.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const MB = 2 ** 20;
const USE_OURS = "import ourlib\nprint(ourlib.VALUE)\n";

interface Job {
  status: string;
  progress: { current: number; total: number; message: string } | null;
  result: { stdout: string; elapsed_seconds: number; prepare_seconds: number };
  error: string | null;
}

/** A server, and an index that sends no package before `send`. */
async function withSlowIndex(
  body: (client: Connection, send: () => void, home: TestHome) => Promise<void>,
) {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using index = servePrivateIndex({ bytes: 2 * MB, until: promise });
  await using home = await TestHome.prepared();
  await using client = await connect({
    home: home.path,
    env: {
      ...await withUv(),
      UV_CACHE_DIR: home.join("uv-cache"),
      UV_DEFAULT_INDEX: index.url,
    },
  });
  try {
    await body(client, resolve, home);
  } finally {
    resolve();
  }
}

async function start(client: Connection, more: Record<string, unknown> = {}): Promise<string> {
  const { json } = await client.call("py_run_script_with_dependencies_async", {
    script_content: USE_OURS,
    dependencies: ["ourlib"],
    ...more,
  });
  return json.job_id as string;
}

async function look(client: Connection, job_id: string, wait_seconds = 0): Promise<Job> {
  return (await client.call("py_job_status", { job_id, wait_seconds })).json.job as unknown as Job;
}

async function untilDownloading(client: Connection, id: string): Promise<Job> {
  let job: Job | undefined;
  await waitFor(async () => {
    job = await look(client, id);
    return job.progress?.message.startsWith("Downloading") ?? false;
  }, { what: "the download" });
  return job!;
}

Deno.test("a job says what is downloaded, and its time limit begins with the script", () =>
  withSlowIndex(async (client, send) => {
    const id = await start(client, { timeout_seconds: 3 });
    const { status, progress } = await untilDownloading(client, id);
    const began = Date.now();
    assert.equal(status, "running");
    assert.deepEqual(progress, { current: 0, total: 1, message: "Downloading ourlib (2.0MiB)" });
    await waitFor(() => Date.now() - began > 3500, { what: "3.5 s" });
    send();
    const { result, error } = await look(client, id, 30);
    assert.equal(result?.stdout, "ours\n", error ?? "");
    assert.ok(result.elapsed_seconds < 3 && result.prepare_seconds > 3, JSON.stringify(result));
  }));

Deno.test("a waiting caller is told again and again what takes so long", () =>
  withSlowIndex(async (client, send) => {
    const messages: string[] = [];
    const { json } = await client.call("py_run_script_with_dependencies", {
      script_content: USE_OURS,
      dependencies: ["ourlib"],
      time_budget_seconds: 30,
    }, {
      onprogress: ({ message = "" }) => {
        messages.push(message);
        if (/^running for \d+ s: Downloading ourlib \(2\.0MiB\)$/.test(message)) send();
      },
    });
    assert.equal(json.stdout, "ours\n", messages.join("\n"));
  }));

Deno.test("a job is cancelled while its packages are downloaded, and the next one gets them", () =>
  withSlowIndex(async (client, send, home) => {
    const first = await start(client);
    await untilDownloading(client, first);
    const { json } = await client.call("py_cancel_job", { job_id: first });
    assert.equal(json.status, "cancelled");
    assert.deepEqual(home.processes().filter(({ command }) => command.includes("uv")), []);
    send();
    const { result, error } = await look(client, await start(client), 30);
    assert.equal(result?.stdout, "ours\n", error ?? "");
  }));

Deno.test("a job whose packages contradict each other says so in one line, a call in the resolver's lines", async () => {
  await using home = await TestHome.prepared();
  const env = await withUv();
  await using client = await connect({ home: home.path, env });
  const dependencies = ["pandas<2", "numpy<1"];
  const { error, result } = await look(client, await start(client, { dependencies }), 50);
  assert.match(error!, /^Resolving and installing .* failed: No solution found .*unsatisfiable.*/);
  assert.match(error!, /Loosen or correct the version constraints/);
  assert.equal(result, null);
  const answer = await client.call("py_run_script_with_dependencies", {
    script_content: "print(1)\n",
    dependencies,
    time_budget_seconds: 50,
  });
  assert.equal(answer.isError, true);
  assert.equal((answer.json.error as string).replaceAll(/\s*\n\s*/g, " "), error);
  assert.ok((answer.json.error as string).split("\n").length < 12);
});

Deno.test("a server removes environments that no run has used for PYTHON_MCP_KEEP_DAYS", async () => {
  await using home = await TestHome.prepared();
  for (const [name, days] of [["old", 3], ["newer", 1]] as const) {
    Deno.mkdirSync(home.join("environments", name), { recursive: true });
    const marker = home.join("environments", name, "ready");
    Deno.writeTextFileSync(marker, "");
    const then = new Date(Date.now() - days * 24 * 3600 * 1000);
    Deno.utimeSync(marker, then, then);
  }
  await using client = await connect({ home: home.path, env: { PYTHON_MCP_KEEP_DAYS: "2" } });
  await client.call("py_list_jobs");
  await waitFor(() => [...Deno.readDirSync(home.join("environments"))].length === 1, {
    what: "the removal of an environment",
  });
  assert.equal([...Deno.readDirSync(home.join("environments"))][0]!.name, "newer");
});
