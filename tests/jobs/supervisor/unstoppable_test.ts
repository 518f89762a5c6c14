import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readIfThere } from "../../../lib/base/private_files.ts";
import { JobFiles } from "../../../lib/jobs/files/job_files.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { OtherServer } from "../other_server.ts";

const NOBODY = 65534;
const AS_NOBODY = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
const CANCEL = fileURLToPath(new URL("../../fixtures/jobs/cancel.ts", import.meta.url));

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
    await using server = await OtherServer.start(state, [{ source }], { wrapper: AS_NOBODY });
    const id = server.ids[0]!;
    const files = new JobFiles(join(state, "jobs", id));
    await waitFor(() => readIfThere(files.stdout)?.includes("ready"), {
      what: "root's process",
    });
    const began = performance.now();
    const { status, message, survivors } = await cancelAsNobody(state, id, 8);
    const seconds = (performance.now() - began) / 1000;
    assert.equal(status, "running");
    assert(seconds >= 8 && seconds < 20, `${seconds} s`);
    assert.match(
      message,
      /^\d+ \(roots_python\) could not be stopped within 8 s; the job runs on/,
    );
    Deno.kill(parseInt(survivors[0]!), "SIGKILL");
    await waitFor(() => files.outcome, { what: "the job's end" });
    assert.equal(files.outcome!.cancelled, true);
    assert.deepEqual(files.survivors, []);
  },
);

/** Cancels it as a server of its own user: root is refused in another user's home. */
async function cancelAsNobody(
  home: string,
  id: string,
  seconds: number,
): Promise<{ status: string; message: string; survivors: string[] }> {
  const [command, ...args] = [...AS_NOBODY, Deno.execPath(), "run", "-A", "--no-prompt", CANCEL];
  const { stdout } = await new Deno.Command(command!, {
    args: [...args, home, id, String(seconds)],
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
