import assert from "node:assert/strict";
import { connect, type Connection } from "../helpers/connect.ts";
import { TestHome } from "../helpers/test_home.ts";

/** What a script does to the files of its own job before it prints and ends, or waits to be cancelled. */
const ATTACKS: Record<string, string> = {
  "leaves a file whose name is not UTF-8": `open(os.fsencode(artifacts) + b"/\\xff", "w").close()`,
  "leaves a path that is longer than the system's limit": `
os.chdir(artifacts)
for _ in range(30): os.mkdir("d" * 200); os.chdir("d" * 200)
open("file", "w").close(); os.chdir("/")`,
  "leaves ten thousand folders": `for n in range(10000): os.mkdir(f"{artifacts}/{n}")`,
  "leaves a named pipe, a loop and a link to a folder among its artifacts": `
os.mkfifo(artifacts + "/pipe.txt"); os.symlink("loop", artifacts + "/loop"); os.symlink("/etc", artifacts + "/etc")`,
  "leaves folders and files that cannot be read": `
os.mkdir(artifacts + "/folder"); open(artifacts + "/folder/file", "w").close(); open(artifacts + "/file", "w").close()
os.chmod(artifacts + "/folder", 0); os.chmod(artifacts + "/file", 0)`,
  "makes its artifacts unreadable": `os.chmod(artifacts, 0)`,
  "makes all that it may write unreadable": `os.chmod(job + "/script", 0)`,
  "makes the folder of its job unreadable": `os.chmod(job, 0)`,
  "makes the folder of its job unreadable again and again": `
def hide():
    while True: os.chmod(job, 0); time.sleep(0.005)
import threading; threading.Thread(target=hide, daemon=True).start(); time.sleep(1)`,
  "makes the folder of its job read-only": `os.chmod(job, 0o500)`,
  "makes the files of its job unreadable": `
for name in os.listdir(job): os.chmod(f"{job}/{name}", 0)`,
  "puts a file in the place of its artifacts": `os.rmdir(artifacts); open(artifacts, "w").close()`,
  "puts a link to /etc in the place of its artifacts":
    `os.rmdir(artifacts); os.symlink("/etc", artifacts)`,
  "puts a link to itself in the place of its artifacts":
    `os.rmdir(artifacts); os.symlink(artifacts, artifacts)`,
  "puts a link to /etc in the place of all that it may write": `
os.rename(job + "/script", job + "/old"); os.symlink("/etc", job + "/script")`,
  "puts a link to itself in the place of all that it may write": `
os.rename(job + "/script", job + "/old"); os.symlink("script", job + "/script")`,
  "puts links to themselves in the place of its files": `
for name in os.listdir(job):
    if name not in ("lock", "started", "outcome.json.new"):
        os.rename(f"{job}/{name}", f"{job}/old-{name}"); os.symlink(name, f"{job}/{name}")`,
  "puts a named pipe in the place of its progress": `os.mkfifo(progress)`,
  "puts a folder in the place of its progress": `os.mkdir(progress)`,
  "puts a link to /dev/zero in the place of its progress": `os.symlink("/dev/zero", progress)`,
  "reports a progress of a gigabyte": `open(progress, "w").truncate(1 << 30)`,
  "reports a progress that is none":
    `open(progress, "w").write('{"current": 1, "total": [], "message": {}}')`,
  "puts a named pipe in the place of its outcome": `os.mkfifo(job + "/outcome.json")`,
  "puts a folder in the place of its outcome": `os.makedirs(job + "/outcome.json/x")`,
  "puts a link in the place of its outcome": `os.symlink("/dev/zero", job + "/outcome.json")`,
  "puts a folder in the place of its next outcome": `
os.unlink(job + "/outcome.json.new"); os.makedirs(job + "/outcome.json.new/x")`,
  "puts a named pipe in the place of its next outcome": `
os.unlink(job + "/outcome.json.new"); os.mkfifo(job + "/outcome.json.new")`,
  "puts a link to nowhere in the place of what would cancel it":
    `os.symlink("/nowhere/x", job + "/cancel")`,
  "stops its supervisor": `
import signal; os.kill(os.getppid(), signal.SIGSTOP)`,
  "stops its launcher": `
import signal
launcher = int(open(f"/proc/{os.getppid()}/stat").read().rpartition(")")[2].split()[1])
os.kill(launcher, signal.SIGSTOP)`,
  "stops its launcher and its supervisor": `
import signal
launcher = int(open(f"/proc/{os.getppid()}/stat").read().rpartition(")")[2].split()[1])
for pid in (launcher, os.getppid()): os.kill(pid, signal.SIGSTOP)`,
  "limits the files that its supervisor may write": `
import resource; resource.prlimit(os.getppid(), resource.RLIMIT_FSIZE, (0, 0))`,
  "limits the memory of its supervisor": `
import resource; resource.prlimit(os.getppid(), resource.RLIMIT_AS, (1000, 1000))`,
  "puts named pipes in the place of its spec and what accepted it": `
for name in ("spec.json", "accepted"): os.unlink(f"{job}/{name}"); os.mkfifo(f"{job}/{name}")`,
  "puts a named pipe in the place of its logs": `
for name in ("stdout.log", "stderr.log"): os.unlink(f"{job}/{name}"); os.mkfifo(f"{job}/{name}")`,
  "puts named pipes in the place of its lock and of what marks it": `
for name in ("lock", "background", "survivors.json", "children"):
    if os.path.lexists(f"{job}/{name}"): os.unlink(f"{job}/{name}")
    os.mkfifo(f"{job}/{name}")`,
  "writes an end of its own": `
open(job + "/outcome.json", "w").write('{"exit_code": 0, "ended_at": 1, "elapsed_seconds": 1, "stopped": 0, "runs": []}')`,
  "writes an end that is none": `
open(job + "/outcome.json", "w").write('{"exit_code": "x", "error": {}, "ended_at": 1e300, "elapsed_seconds": 1, "stopped": 0, "runs": [null]}')`,
  "writes a spec and a beginning that are none": `
os.unlink(job + "/started"); open(job + "/started", "w").write('{"at": 1e999, "pid": -1, "born": {}}')
os.unlink(job + "/spec.json"); open(job + "/spec.json", "w").write('{"process": {"run": {"argv": []}}, "details": {"asked": {}}}')`,
  "reports a progress beyond all numbers": `
open(progress, "w").write('{"current": 1e999, "total": 1e999, "message": "\\\\ud800"}')`,
  "puts a named pipe where it would wait for a job": `os.mkfifo(job + "/script/waiting")`,
};

/** Root may read whatever its mode is; this one may not, as other users. */
const AS_OTHERS = Deno.uid() === 0
  ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
  : [];

const PRELUDE = `import os, time
artifacts, progress = os.environ["PYTHON_MCP_ARTIFACTS"], os.environ["PYTHON_MCP_PROGRESS_FILE"]
job = os.path.dirname(os.path.dirname(progress))
`;

const home = await TestHome.prepared();
const server = await connect({ home: home.path, wrapper: AS_OTHERS });
Deno.test.afterAll(async () => {
  await server.close();
  await home[Symbol.asyncDispose]();
});

for (const [what, attack] of Object.entries(ATTACKS)) {
  Deno.test(`a job ends, is listed and answers when its script ${what}`, async () => {
    const ended = await start(server, `${attack}\nprint("done")`);
    const running = await start(server, `${attack}\ntime.sleep(600)`);
    const { status } = await statusOf(server, ended, 20);
    assert(status === "completed" || status === "failed", status);
    assert.equal((await statusOf(server, running, 1)).status, "running");
    const { jobs } = (await server.call("py_list_jobs")).json as { jobs: { id: string }[] };
    for (const id of [ended, running]) assert(jobs.some((job) => job.id === id));
    const cancelled = await server.call("py_cancel_job", { job_id: running });
    assert.equal(cancelled.json.status, "cancelled", JSON.stringify(cancelled.json));
    for (const id of [ended, running]) {
      assert((await server.readResource(`job://${id}`)).text);
      await assert.rejects(
        server.readResource(`job-artifact://${id}/passwd`),
        /not found: job-artifact:/i,
      );
    }
  });
}

Deno.test("a script that traces its supervisor, which stops it, is ended by a cancel and at its time limit", async () => {
  const attack = `import ctypes
if ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0: os.waitpid(-1, 2)
print("done", flush=True); time.sleep(600)`;
  const cancelled = await start(server, attack);
  const limited = await start(server, attack, { timeout_seconds: 1 });
  const { json } = await server.call("py_cancel_job", { job_id: cancelled });
  assert.notEqual(json.status, "running", JSON.stringify(json));
  assert.equal((await statusOf(server, limited, 20)).status, "failed");
});

/** What a script does to the folder of its own job every few milliseconds. */
const LOOPS: Record<string, string> = {
  "changes the modes of its folder": "os.chmod(job, random.choice([0, 0o100, 0o500, 0o700]))",
  "changes the modes of its files": `
        for name in os.listdir(job): os.chmod(f"{job}/{name}", random.choice([0, 0o200, 0o600]))`,
  "puts named pipes, folders and links in the place of its files": `
        for name in ("stdout.log", "lock", "spec.json", "started"):
            os.rename(f"{job}/{name}", f"{job}/_{name}")
            make = random.choice([os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/zero", path)])
            make(f"{job}/{name}"); time.sleep(0.001)
            if os.path.isdir(f"{job}/{name}"): os.rmdir(f"{job}/{name}")
            else: os.unlink(f"{job}/{name}")
            os.rename(f"{job}/_{name}", f"{job}/{name}")`,
};

for (const [what, change] of Object.entries(LOOPS)) {
  Deno.test(`all questions are answered while a script ${what} again and again`, async () => {
    const loop = `import random
while True:
    try:
        ${change}
    except OSError: pass
    time.sleep(random.random() * 0.003)`;
    const id = await start(server, loop, { stdin_open: true });
    for (let round = 0; round < 40; round++) {
      const asked = { job_id: id, stdout_cursor: 0, stderr_cursor: 0 };
      const { json } = await server.call("py_job_status", asked);
      assert(json.job, JSON.stringify(json));
      const { json: list } = await server.call("py_list_jobs");
      assert(list.jobs, JSON.stringify(list));
      for (const uri of [`job://${id}`, `job-stream://${id}`, `job-output://${id}/stdout`]) {
        await server.readResource(uri);
      }
    }
    const { json: sent } = await server.call("py_send_input", { job_id: id, text: "x" });
    assert.doesNotMatch(String(sent.error), /failed|Permission/);
    const { json: cancelled } = await server.call("py_cancel_job", { job_id: id });
    assert.equal(cancelled.status, "cancelled", JSON.stringify(cancelled));
  });
}

async function start(server: Connection, source: string, more = {}): Promise<string> {
  const args = { directory: home.path, script_content: PRELUDE + source, use_uv: false, ...more };
  return (await server.call("py_run_script_in_dir_async", args)).json.job_id as string;
}

async function statusOf(server: Connection, job_id: string, wait_seconds: number) {
  // Whoever waits with a token for progress has the server look at more of the job.
  const options = { onprogress: () => {} };
  const { json } = await server.call("py_job_status", { job_id, wait_seconds }, options);
  assert(json.job, JSON.stringify(json));
  return json.job as { status: string };
}
