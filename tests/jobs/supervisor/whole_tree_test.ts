import assert from "node:assert/strict";
import { readIfThere } from "../../../lib/base/private_files.ts";
import { processesWith } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { fixture, JobBench, python } from "../job_bench.ts";

const KINDS = [
  "plain",
  "process_group",
  "session",
  "double_fork",
  "nohup",
  "clean_environment",
  "threads",
  "pool",
  "ignores_sigterm",
  "stopped_child",
  "first_thread_gone",
  "fork_bomb",
];

/** The processes of the script; a process with an empty environment is known by its parent. */
function below(path: string): number[] {
  const scripts = processesWith(`TEST_HOME=${path}`).map(({ pid }) => pid);
  const all = new Set(scripts);
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(
        Deno.readTextFileSync(`/proc/${name}/stat`).split(") ").at(-1)!.split(" ")[1],
      );
      if (all.has(parent)) all.add(Number(name));
    } catch {
      // It ended meanwhile.
    }
  }
  return [...all];
}

async function startReady(bench: JobBench, script: string[], more = {}) {
  const draft = await bench.start(script, more);
  await waitFor(() => readIfThere(draft.files.stdout)?.includes("ready"), {
    what: "the script's processes",
  });
  return draft;
}

for (const kind of KINDS) {
  Deno.test(`cancel stops every process when the script has started ${kind}`, async () => {
    await using bench = await JobBench.open();
    const { id } = await startReady(bench, fixture("tree.py", kind));
    const before = below(bench.path);
    assert(before.length >= 2);
    const cancelled = await bench.manager.cancel(id);
    assert.equal(cancelled?.row.status, "cancelled");
    assert.deepEqual(before.filter(isAlive), []);
    assert.deepEqual(below(bench.path), []);
  });
}

for (const kind of ["double_fork", "clean_environment", "stopped_child", "pool"]) {
  Deno.test(`a run stops and counts what is left when its script ends after ${kind}`, async () => {
    await using bench = await JobBench.open();
    const { status, result } = await bench.run(fixture("tree.py", kind, "leave"));
    assert.equal(status, "completed");
    assert(result.outcome.stopped >= 1);
    assert.deepEqual(below(bench.path), []);
  });
}

Deno.test("the time limit stops every process when the script has started a session", async () => {
  await using bench = await JobBench.open();
  const { result } = await bench.run(fixture("tree.py", "session"), { timeoutSeconds: 1 });
  assert.equal(result.outcome.timed_out, true);
  assert.deepEqual(below(bench.path), []);
});

Deno.test("a script cleans up when SIGTERM gives it the grace to", async () => {
  await using bench = await JobBench.open();
  const { id } = await startReady(
    bench,
    python(
      "import signal, sys, time\n" +
        "def end(*_):\n    time.sleep(0.5); print('cleaned', flush=True); sys.exit(0)\n" +
        "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(1000)",
    ),
  );
  await bench.manager.cancel(id);
  const row = await bench.end(id);
  assert.equal(row.status, "cancelled");
  assert.match(row.result.stdout, /cleaned/);
});

function isAlive(pid: number): boolean {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)![0] !== "Z";
  } catch {
    return false;
  }
}
