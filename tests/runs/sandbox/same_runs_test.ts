import assert from "node:assert/strict";
import { cancelJob } from "../../../lib/runs/jobs/cancel_job.ts";
import { noSandbox, SandboxScene } from "../../helpers/sandbox_scene.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { waitFor } from "../../helpers/wait_for.ts";

/** In which a script has begun, however busy the machine is. */
const BEGINS_SECONDS = 1.5;

/** Ways to end, with what their results say, whatever sandbox they are in. */
const ENDS: Record<string, { source: string; result: Record<string, unknown> }> = {
  "an exit code": { source: "raise SystemExit(3)", result: { exit_code: 3 } },
  "an exit code of 128": { source: "raise SystemExit(128)", result: { exit_code: 128 } },
  "an exception": { source: "1/0", result: { exit_code: 1 } },
  "a segmentation fault": {
    source: "import ctypes; ctypes.string_at(0)",
    result: { exit_code: 139, signal: "SIGSEGV" },
  },
  "an abort": { source: "import os; os.abort()", result: { exit_code: 134, signal: "SIGABRT" } },
  "SIGKILL to itself": {
    source: "import os; os.kill(os.getpid(), 9)",
    result: { exit_code: 137, signal: "SIGKILL" },
  },
  "SIGTERM to its whole group": {
    source: "import os, signal; signal.signal(15, lambda *_: os._exit(7)); os.killpg(0, 15)\n" +
      "import time; time.sleep(9)",
    result: { exit_code: 7 },
  },
  "a child that goes on": {
    source: "import subprocess; subprocess.Popen(['sleep', '100'])",
    result: { exit_code: 0, note: "1 process that the script had left running was stopped" },
  },
  "a group of its own": {
    source: "import os; os.setpgrp(); os.fork() or os._exit(0); print('ended')",
    result: { exit_code: 0, stdout: "ended\n" },
  },
};

for (const level of ["off", "workspace", "isolated"]) {
  skippableTest(`runs end alike at the level ${level}`, noSandbox, async () => {
    await using scene = await SandboxScene.open(level);
    for (const [what, { source, result }] of Object.entries(ENDS)) {
      const found = await scene.run(source);
      for (const [key, value] of Object.entries(result)) {
        assert.equal(found[key], value, `${what}: ${key} of ${JSON.stringify(found)}`);
      }
    }
    await stopsInTime(scene);
    await leavesGrace(scene);
    await measuresMemory(scene);
    await isCancelled(scene);
    await scene.app.close(); // else a sandbox waits for the next job
    await waitFor(() => `${namesIn(scene.root)}` === "cleaned,ready", {
      what: "the end of what was there only meanwhile",
    });
  });
}

async function stopsInTime(scene: SandboxScene): Promise<void> {
  const { timed_out, exit_code, signal, stdout } = await scene.run(
    "import time; print('begun', flush=True); time.sleep(60)",
    { timeoutSeconds: BEGINS_SECONDS },
  );
  assert.deepEqual({ timed_out, exit_code, signal, stdout }, {
    timed_out: true,
    exit_code: 143,
    signal: "SIGTERM",
    stdout: "begun\n",
  });
}

/** A script that is told to end may clean up. */
async function leavesGrace(scene: SandboxScene): Promise<void> {
  const source = "import signal, sys, time\n" +
    "def clean(*_):\n    time.sleep(0.3); open('cleaned', 'w').close(); sys.exit(5)\n" +
    "signal.signal(signal.SIGTERM, clean)\ntime.sleep(60)";
  const { timed_out, exit_code } = await scene.run(source, { timeoutSeconds: BEGINS_SECONDS });
  assert.deepEqual([timed_out, exit_code], [true, 5]);
}

async function measuresMemory(scene: SandboxScene): Promise<void> {
  const id = await scene.start("x = bytearray(150 << 20)");
  await waitFor(async () => (await scene.app.jobs.get(id))?.status === "completed", {
    what: "its end",
  });
  const peak = scene.app.jobs.files(id)!.outcome!.runs[0]!.peak_rss_bytes / 2 ** 20;
  assert(peak > 150 && peak < 200, `${peak} MB`);
}

async function isCancelled(scene: SandboxScene): Promise<void> {
  const source = "import os, time\nos.fork()\nopen('ready', 'w').close()\ntime.sleep(100)";
  const id = await scene.start(source);
  await waitFor(() => namesIn(scene.root).includes("ready"), { what: "its start" });
  const began = performance.now();
  await cancelJob(scene.app, id);
  assert.equal((await scene.app.jobs.get(id))?.status, "cancelled");
  assert(performance.now() - began < 4000, "it was not told to end, but killed");
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

skippableTest(
  "a job has at most PYTHON_MCP_MAX_PROCESSES, whatever the level",
  noSandbox,
  async () => {
    for (const level of ["off", "workspace"]) {
      await using scene = await SandboxScene.open(level, { PYTHON_MCP_MAX_PROCESSES: "5" });
      const few = await scene.run(
        "import subprocess\n[subprocess.Popen(['sleep', '0.1']) for _ in '123']",
      );
      assert.equal(few.exit_code, 0, level);
      const many =
        "import subprocess, time\n[subprocess.Popen(['sleep', '60']) for _ in range(9)]\n" +
        "time.sleep(60)";
      const { signal, note } = await scene.run(many);
      assert.equal(signal, "SIGKILL", level);
      assert.match(note as string, /it had \d+ processes of 5 \(PYTHON_MCP_MAX_PROCESSES\)/);
    }
  },
);

skippableTest("what a killed supervisor leaves of a sandbox is stopped", noSandbox, async () => {
  await using scene = await SandboxScene.open("isolated");
  const id = await scene.start("import os, time\nopen('ready', 'w').close()\ntime.sleep(100)");
  await waitFor(() => namesIn(scene.root).includes("ready"), { what: "its start" });
  Deno.kill(scene.app.jobs.files(id)!.started!.pid, "SIGKILL");
  await waitFor(async () => (await scene.app.jobs.get(id))?.status === "failed", {
    what: "its end",
  });
  const left = scene.home.processes().filter(({ command }) =>
    // One may wait for the next job.
    command.includes("bwrap") && !command.includes("/proc/self/fd/7")
  );
  assert.deepEqual(left, []);
  // The next run puts away what stands for guarded names, since that one could not.
  await scene.run("");
  await scene.app.close();
  await waitFor(() => `${namesIn(scene.root)}` === "ready", { what: "the end of what was left" });
});
