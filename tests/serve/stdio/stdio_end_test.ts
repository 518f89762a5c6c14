import assert from "node:assert/strict";
import { exists } from "../../../lib/base/private_files.ts";
import { modernMeta } from "../../helpers/modern_meta.ts";
import { MAIN, serverEnv } from "../../helpers/program.ts";
import { type Message, RawSession } from "../../helpers/raw_session.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const INITIALIZE = request(0, "initialize", {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "pipe", version: "1" },
});

function request(id: number, method: string, params: Record<string, unknown> = {}): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

function run(home: TestHome, script_content: string, tool = "py_run_script_in_dir") {
  return { name: tool, arguments: { directory: home.path, script_content, use_uv: false } };
}

/** What the server answers to a whole input, by id; as `printf … | main.ts` does it. */
async function answersTo(home: TestHome, input: string): Promise<Map<unknown, Message>> {
  const session = new RawSession(home.join("home"));
  await session.write(input);
  const { code } = await session.end();
  assert.equal(code, 0, session.stderr);
  const lines = session.stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Message);
  return new Map(lines.filter(({ method }) => !method).map((one) => [one.id, one]));
}

const CONVERSATIONS: Record<string, string[]> = {
  "that lists the tools": [INITIALIZE, request(1, "tools/list")],
  "that only pings": [request(0, "ping"), request(1, "ping")],
  "of a 2026-07-28 client": [
    request(0, "tools/list", { _meta: modernMeta() }),
    request(1, "prompts/list", { _meta: modernMeta() }),
  ],
  "with a wrong name": [INITIALIZE, request(1, "tools/call", { name: "no_such_tool" })],
};
for (const [what, lines] of Object.entries(CONVERSATIONS)) {
  for (const end of ["\n", ""]) {
    const how = end ? "its last line ends" : "its last line lacks its end";
    Deno.test(`server answers an input ${what} when ${how} and the input too`, async () => {
      await using home = await TestHome.prepared("home");
      const answers = await answersTo(home, lines.join("\n") + end);
      assert.deepEqual([...answers.keys()].sort(), [0, 1]);
    });
  }
}

Deno.test("server starts every job that it read before its input ended", async () => {
  await using home = await TestHome.prepared("home");
  const count = 60;
  const calls = Array.from(
    { length: count },
    (_, n) =>
      request(n + 1, "tools/call", run(home, `open("${n}", "w")`, "py_run_script_in_dir_async")),
  );
  const answers = await answersTo(home, [INITIALIZE, ...calls, ""].join("\n"));
  assert.equal(answers.size, count + 1);
  await waitFor(() => [...Deno.readDirSync(home.path)].length === count + 1, {
    what: "the file of each job",
    timeoutMs: 60_000,
  });
});

Deno.test("server answers a run with its result when the input ends before the run", async () => {
  await using home = await TestHome.prepared("home");
  const call = request(1, "tools/call", run(home, "import time; time.sleep(0.3); print('done')"));
  const answers = await answersTo(home, `${INITIALIZE}\n${call}\n`);
  assert.equal(outputOf(answers.get(1)!).stdout, "done\n");
});

Deno.test("server answers a long run with its job's id when the input ends", async () => {
  await using home = await TestHome.prepared("home");
  const call = request(1, "tools/call", run(home, "import time; time.sleep(600)"));
  const { job_id, status } = outputOf(
    (await answersTo(home, `${INITIALIZE}\n${call}\n`)).get(1)!,
  );
  assert.equal(status, "running");
  await using later = new RawSession(home.join("home"));
  await later.initialize();
  const { jobs } = await later.call("py_list_jobs", {}) as { jobs: { id: string }[] };
  assert.deepEqual(jobs.map(({ id }) => id), [job_id]);
  await later.call("py_cancel_job", { job_id });
});

/** A server whose output nobody reads. */
function startServer(home: TestHome): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", MAIN],
    env: { ...serverEnv(), PYTHON_MCP_HOME: home.join("home") },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

Deno.test("server lists a run that outlives its budget, and ends when told, when its client reads nothing", async () => {
  await using home = await TestHome.prepared("home");
  const child = startServer(home);
  const writer = child.stdin.getWriter();
  const script = "import time; time.sleep(600)";
  const { name, arguments: args } = run(home, script);
  // More than a pipe holds, and what comes after it.
  const lists = Array.from({ length: 10 }, (_, n) => request(n + 10, "tools/list"));
  const call = request(1, "tools/call", { name, arguments: { ...args, time_budget_seconds: 2 } });
  await writer.write(new TextEncoder().encode([INITIALIZE, call, ...lists, ""].join("\n")));
  await using other = new RawSession(home.join("home"));
  await other.initialize();
  const listed = async () => {
    const { jobs } = await other.call("py_list_jobs", {}) as { jobs: { id: string }[] };
    return jobs[0]?.id;
  };
  const job_id = await waitFor(listed, { what: "the listed run" });
  child.kill("SIGTERM");
  assert.equal((await child.status).signal, null);
  await child.stdout.cancel();
  await writer.close().catch(() => {});
  await other.call("py_cancel_job", { job_id });
});

Deno.test("server that is killed leaves the runs listed whose answers its client had not read", async () => {
  await using home = await TestHome.prepared("home");
  const child = startServer(home);
  const writer = child.stdin.getWriter();
  const lists = Array.from({ length: 10 }, (_, n) => request(n + 10, "tools/list"));
  await writer.write(new TextEncoder().encode([INITIALIZE, ...lists, ""].join("\n")));
  const ended = () => {
    const jobs = home.join("home/jobs");
    const names = exists(jobs) ? [...Deno.readDirSync(jobs)].map(({ name }) => name) : [];
    return names.filter((name) => exists(`${jobs}/${name}/outcome.json`)).length;
  };
  // What is answered long before the second one has ended would be gone by then.
  for (const count of [1, 2]) {
    const call = request(count, "tools/call", run(home, "print(1)"));
    await writer.write(new TextEncoder().encode(`${call}\n`));
    await waitFor(() => ended() === count, { what: `the end of ${count} runs` });
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGKILL");
  await child.status;
  await child.stdout.cancel();
  await writer.close().catch(() => {});
  await using other = new RawSession(home.join("home"));
  await other.initialize();
  assert.equal((await other.call("py_list_jobs", {})).total, 2);
});

Deno.test("server ends, and its job goes on, when its client reads no more", async () => {
  await using home = await TestHome.prepared("home");
  const child = startServer(home);
  const writer = child.stdin.getWriter();
  const write = (line: string) => writer.write(new TextEncoder().encode(`${line}\n`));
  const script = 'import os, time\nopen("runs", "w")\n' +
    'while not os.path.exists("go"): time.sleep(0.01)\nopen("done", "w")\n';
  await write(INITIALIZE);
  await write(request(1, "tools/call", run(home, script, "py_run_script_in_dir_async")));
  await waitFor(() => exists(home.join("runs")), { what: "the script" });
  await child.stdout.cancel();
  // Its input stays open.
  await write(request(2, "ping"));
  assert.equal((await child.status).code, 0);
  Deno.writeTextFileSync(home.join("go"), "");
  await waitFor(() => exists(home.join("done")), { what: "the script's end" });
  await writer.close().catch(() => {});
});

for (
  const [what, before, end] of [
    ["begins with a byte order mark", "\ufeff", "\n"],
    ["ends as on Windows", "", "\r\n"],
    ["has both", "\ufeff", "\r\n"],
  ]
) {
  Deno.test(`server reads a first message that ${what}`, async () => {
    await using home = await TestHome.prepared("home");
    const answers = await answersTo(
      home,
      before + [INITIALIZE, request(1, "ping"), ""].join(end),
    );
    assert.equal(answers.get(0)?.error, undefined);
    assert.deepEqual([...answers.keys()].sort(), [0, 1]);
  });
}

function outputOf({ result }: Message): Record<string, unknown> {
  return result!.structuredContent as Record<string, unknown>;
}
