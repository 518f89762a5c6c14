import assert from "node:assert/strict";
import { join } from "node:path";
import { readIfThere } from "../../../lib/base/private_files.ts";
import { cancelMessage } from "../../../lib/runs/jobs/cancel_job.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench } from "../job_bench.ts";
import { OtherServer } from "../other_server.ts";

const NOBODY = 65534;

/** A Python whose process belongs to root whoever starts it; only root can make one. */
function rootsPython(folder: string): string {
  const path = join(folder, "roots_python");
  Deno.copyFileSync(Deno.realPathSync("/usr/bin/python3"), path);
  Deno.chmodSync(path, 0o4755);
  return path;
}

const notRoot = Deno.uid() !== 0 && "only root can make a process of root";

skippableTest(
  "cancel names what it could not stop and the job runs on when another user owns it",
  notRoot,
  async () => {
    await using home = await TestHome.create();
    const python = rootsPython(home.path);
    const state = home.join("state");
    Deno.mkdirSync(state);
    Deno.chmodSync(home.path, 0o755);
    Deno.chownSync(state, NOBODY, NOBODY);
    const source = "import subprocess, sys\n" +
      `child = subprocess.Popen([${JSON.stringify(python)}, "-I", "-c", ` +
      `"import os, time; os.setuid(0); print('ready', flush=True); time.sleep(1000)"])\n` +
      "child.wait()";
    await using server = await OtherServer.start(state, [{ source }], {
      wrapper: ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"],
    });
    await using bench = await JobBench.open({ home: state, cancelSeconds: 8 });
    const id = server.ids[0]!;
    const files = bench.manager.files(id)!;
    await waitFor(() => readIfThere(files.stdout)?.includes("ready"), {
      what: "root's process",
      timeoutMs: 10_000,
    });
    const began = performance.now();
    const { row } = (await bench.manager.cancel(id))!;
    assert.equal(row.status, "running");
    const seconds = (performance.now() - began) / 1000;
    assert(seconds >= 8 && seconds < 18, `${seconds} s`);
    assert.match(
      cancelMessage(row.status, false, files.survivors, bench.manager.cancelSeconds),
      /^\d+ \(roots_python\) could not be stopped within 8 s; the job runs on/,
    );
    Deno.kill(parseInt(files.survivors[0]!), "SIGKILL");
    assert.equal((await bench.end(id)).status, "cancelled");
    assert.deepEqual(files.survivors, []);
  },
);
