import assert from "node:assert/strict";
import { readIfThere } from "../../../lib/base/private_files.ts";
import { processesWith } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, PYTHON, python } from "../job_bench.ts";
import { kill, launchers, parentIfThere, supervisorOf, untilGone } from "../kill.ts";

/** The supervisor that waits for the next job, once there is one. */
async function spareOf(bench: JobBench): Promise<number> {
  const found = await waitFor(() => {
    const [launcher] = launchers(bench.path);
    const forks = processesWith(`start_launcher.py ${bench.path} `);
    const spare = forks.filter(({ pid }) => parentIfThere(pid) === launcher);
    // A supervisor that has done its job may not have ended yet.
    return spare.length === 1 && isWaiting(spare[0]!.pid) ? spare : undefined;
  }, { what: "a supervisor that was forked ahead" });
  return found[0]!.pid;
}

function isWaiting(pid: number): boolean {
  // Its first pipes are there before its first job, those of all others come with them. The very first supervisor
  // has one more, by which it tells what memory it copies.
  return [0, 1].every((number) => linkOf(pid, number) === "/dev/null") &&
    [4, 8, 9].includes(links(pid).length);
}

function links(pid: number): string[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/fd`)].map(({ name }) => linkOf(pid, Number(name)));
  } catch {
    return [];
  }
}

function linkOf(pid: number, number: number): string {
  try {
    return Deno.readLinkSync(`/proc/${pid}/fd/${number}`);
  } catch {
    return "";
  }
}

/** Runs a job that says which process supervises it. */
async function supervisorOfNext(bench: JobBench): Promise<{ pid: number; cold?: string | null }> {
  const { status, result } = await bench.run(python("import os; print(os.getppid())"));
  assert.equal(status, "completed");
  return { pid: Number(result.stdout), cold: result.outcome.cold };
}

Deno.test("a job has the supervisor that waited for it, which has nothing of other jobs", async () => {
  await using bench = await JobBench.open();
  await supervisorOfNext(bench);
  const first = await spareOf(bench);
  for (let n = 0; n < 3; n++) {
    const spare = await spareOf(bench);
    assert.equal(spare, first, "a plain job leaves it as it was");
    assert.ok(
      links(spare).every((link) => link === "/dev/null" || /^(pipe|socket):/.test(link)),
      links(spare).join(" "),
    );
    assert.equal((await supervisorOfNext(bench)).pid, spare);
  }
});

Deno.test("two jobs at once end as ever when one supervisor was forked ahead", async () => {
  await using bench = await JobBench.open();
  await supervisorOfNext(bench);
  const spare = await spareOf(bench);
  const both = await Promise.all([supervisorOfNext(bench), supervisorOfNext(bench)]);
  // Both, where the second came when the first had ended.
  assert.ok(both.some(({ pid }) => pid === spare));
});

const HARM: Record<string, (pid: number) => void> = {
  "was killed": (pid) => kill(pid),
  "was stopped": (pid) => Deno.kill(pid, "SIGSTOP"),
  // No descriptor can be added: it gets the job, cannot take it and ends.
  "ends before it has begun": (pid) => {
    const source = `import resource; resource.prlimit(${pid}, resource.RLIMIT_NOFILE, (3, 3))`;
    assert.ok(new Deno.Command(PYTHON, { args: ["-c", source] }).outputSync().success);
  },
};

for (const [what, harm] of Object.entries(HARM)) {
  Deno.test(`a job runs once when the supervisor that waits for it ${what}`, async () => {
    await using bench = await JobBench.open();
    await supervisorOfNext(bench);
    for (const earlier of [0, 1]) {
      let spare = await spareOf(bench);
      if (earlier) await supervisorOfNext(bench);
      spare = await spareOf(bench);
      harm(spare);
      const log = `${bench.path}/log${earlier}`;
      const source = `open(${JSON.stringify(log)}, "a").write("ran ")`;
      const row = await bench.run(python(source), { env: { SECRET: "value" } });
      assert.equal(row.status, "completed", `${row.error}`);
      assert.equal(readIfThere(log), "ran ");
      // There is one for the next job again.
      if (what === "was stopped") assert.equal(await spareOf(bench), spare);
      else {
        await untilGone(spare);
        assert.notEqual(await spareOf(bench), spare);
      }
    }
  });
}

const UNUSUAL: Record<string, string> = {
  "left a process": "import subprocess; subprocess.Popen(['sleep', '99'])",
  "was ended by a signal": "import os; os.kill(os.getpid(), 9)",
  "told its supervisor to end": "import os; os.kill(os.getppid(), 15)",
  "changed the priority of its supervisor":
    "import os; os.setpriority(os.PRIO_PROCESS, os.getppid(), 3)",
  // Scripts share this one with their supervisor, whose session they are in.
  ...(readIfThere("/proc/self/autogroup")?.includes("nice") && {
    "changed its share of the processor": "open('/proc/self/autogroup', 'w').write('1')",
  }),
  "changed what dumps of its supervisor hold":
    "import os; open(f'/proc/{os.getppid()}/coredump_filter', 'w').write('0x7f')",
  "changed the priority of its supervisor's files":
    "import ctypes, os; assert ctypes.CDLL(None).syscall({'x86_64': 251}.get(os.uname().machine, 30), 1, os.getppid(), 2 << 13 | 7) == 0",
  "changed the limits of its supervisor":
    "import os, resource; resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (500, 500))",
};

Deno.test("a supervisor has no other job when the one before was unusual", async () => {
  await using bench = await JobBench.open();
  await supervisorOfNext(bench);
  for (const [what, source] of Object.entries(UNUSUAL)) {
    const spare = await spareOf(bench);
    await bench.run(python(source));
    await untilGone(spare);
    assert.notEqual(await spareOf(bench), spare, what);
  }
  const spare = await spareOf(bench);
  const { id, files } = await bench.start(python("import time; time.sleep(99)"));
  assert.equal(await supervisorOf(files), spare);
  await bench.manager.cancel(id);
  await bench.end(id);
  await untilGone(spare);
});

Deno.test("a job is failed when its supervisor that was forked ahead is killed after it began", async () => {
  await using bench = await JobBench.open();
  await supervisorOfNext(bench);
  const spare = await spareOf(bench);
  const { id, files } = await bench.start(
    python("print(1, flush=True); import time; time.sleep(99)"),
  );
  assert.equal(await supervisorOf(files), spare);
  await waitFor(() => readIfThere(files.stdout) === "1\n", { what: "its output" });
  kill(spare);
  const row = await bench.end(id);
  assert.match(`${row.status} ${row.error}`, /failed .*supervisor was killed/);
});

Deno.test("the supervisor that was forked ahead ends when its launcher ends or is killed", async () => {
  for (
    const end of [
      (bench: JobBench) => bench.close(),
      (bench: JobBench) => kill(...launchers(bench.path)),
    ]
  ) {
    await using bench = await JobBench.open();
    await supervisorOfNext(bench);
    const spare = await spareOf(bench);
    await end(bench);
    await untilGone(spare);
  }
});
