import assert from "node:assert/strict";
import { RawSession } from "../helpers/raw_session.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** Prints, says how far it is, waits for a file, prints again and ends with an exit code. */
const SCRIPT = `
import os, time
from python_mcp import create_progress_callback
progress = create_progress_callback()
print("before")
progress(1, 2, "half")
while not os.path.exists("go"):
    time.sleep(0.01)
print("after")
progress(2, 2, "whole")
raise SystemExit(7)
`;

const ENDS: Record<string, (session: RawSession) => void> = {
  "is killed": ({ child }) => child.kill("SIGKILL"),
  "gets SIGTERM": ({ child }) => child.kill("SIGTERM"),
  "loses its input": (session) => void session.closeInput(),
  "is killed with its whole process tree": ({ child }) => {
    for (const pid of [child.pid, ...descendants(child.pid)]) Deno.kill(pid, "SIGKILL");
  },
};

for (const [what, end] of Object.entries(ENDS)) {
  Deno.test(`a job's output, progress and exit code are whole when its server ${what}`, async () => {
    await using home = await TestHome.prepared();
    const first = await open(home);
    const run = { directory: home.path, script_content: SCRIPT, use_uv: false };
    const { job_id } = await first.call("py_run_script_in_dir_async", run);
    await waitFor(async () => (await ask(first, job_id)).progress?.message === "half", {
      what: "its progress",
    });
    end(first);
    await first.end();
    await using other = await open(home);
    assert.equal((await ask(other, job_id)).status, "running");
    Deno.writeTextFileSync(home.join("go"), "");
    await using another = await open(home);
    const [one, two] = await Promise.all([other, another].map((server) => ask(server, job_id, 20)));
    assert.deepEqual(one, two);
    const { status, result, progress } = one!;
    assert.equal(status, "failed");
    assert.equal(result!.stdout, "before\nafter\n");
    assert.equal(result!.exit_code, 7);
    assert.deepEqual(progress, { current: 2, total: 2, message: "whole" });
  });
}

interface Job {
  status: string;
  progress: { current: number; total: number; message: string } | null;
  result: Record<string, unknown> | null;
}

async function open(home: TestHome): Promise<RawSession> {
  const session = new RawSession(home.path);
  await session.initialize();
  return session;
}

async function ask(server: RawSession, job_id: unknown, wait_seconds = 0): Promise<Job> {
  const { job } = await server.call("py_job_status", { job_id, wait_seconds });
  return job as Job;
}

function descendants(root: number): number[] {
  const found = [root];
  for (const parent of found) {
    const children = Deno.readTextFileSync(`/proc/${parent}/task/${parent}/children`);
    found.push(...children.split(" ").filter((pid) => pid.trim() !== "").map(Number));
  }
  return found.slice(1);
}
