import assert from "node:assert/strict";
import { join } from "node:path";
import { readIfThere } from "../../../lib/base/private_files.ts";
import { logSize } from "../../../lib/jobs/files/output_log.ts";
import { canFreeze, freezeAll } from "../../helpers/freeze.ts";
import { interpreters } from "../../helpers/interpreters.ts";
import { processesWith } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, PYTHON, python } from "../job_bench.ts";
import { kill, launchers, roleOfFork, supervisorOf, untilGone } from "../kill.ts";

/** Scripts that treat their standard streams as the pipes that a shell gives them. */
const SCRIPTS: Record<string, string> = {
  "opens /dev/stdout": `
print("one", flush=True)
open("/dev/stdout", "w").write("two\\n")
print("three")`,
  "opens /dev/stderr": `
import sys
print("one", file=sys.stderr, flush=True)
open("/dev/stderr", "wb").write(b"two\\n")
print("three", file=sys.stderr)`,
  "opens /proc/self/fd/1": `
print("one", flush=True)
with open("/proc/self/fd/1", "w") as out: out.write("two\\n")
print("three")`,
  "logs to /dev/stdout": `
import logging
print("one", flush=True)
logging.basicConfig(handlers=[logging.FileHandler("/dev/stdout", "w")], level="INFO")
logging.info("two")
print("three")`,
  "has children that open what it prints to": `
import subprocess, sys
print("one", flush=True); print("ONE", file=sys.stderr, flush=True)
subprocess.run("echo two | tee /dev/stderr", shell=True)
subprocess.run("echo three > /dev/stderr; echo three > /dev/stdout", shell=True)
subprocess.run("echo four | dd of=/dev/stdout status=none", shell=True)
print("five"); print("FIVE", file=sys.stderr)`,
  "writes an archive": `
import sys, zipfile
with zipfile.ZipFile(sys.stdout.buffer, "w") as archive:
    for name in "ab": archive.writestr(zipfile.ZipInfo(name), name * 99)`,
  "writes an archive as a stream": `
import io, sys, tarfile
print("before", flush=True)
with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as archive:
    archive.addfile(tarfile.TarInfo("a"), io.BytesIO())`,
  "truncates": `
import os
print("one", flush=True)
os.ftruncate(1, 0)`,
  "seeks": `
import sys
print(sys.stdout.seekable(), sys.stdin.seekable(), flush=True)
sys.stdout.seek(0)`,
  "asks what they are": `
import os, stat, sys
print([(stat.S_ISFIFO(os.fstat(n).st_mode), os.isatty(n), os.get_blocking(n)) for n in range(3)])
print(sys.stdout.line_buffering, sys.stdin.isatty())`,
  "writes through asyncio": `
import asyncio, sys
async def main():
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout)
    writer = asyncio.StreamWriter(transport, protocol, None, loop)
    for n in range(9): writer.write(b"%d" % n * 99_999 + b"\\n"); await writer.drain()
    while transport.get_write_buffer_size(): await asyncio.sleep(0)
asyncio.run(main())`,
  "reads through asyncio": `
import asyncio, sys
async def main():
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    print(await reader.read())
asyncio.run(main())`,
  "waits for its input with epoll": `
import select, sys
poll = select.epoll()
for stream in sys.stdin, sys.stdout: poll.register(stream, select.EPOLLIN)
print(poll.poll(9) == [(0, select.EPOLLHUP)], sys.stdin.read() == "")`,
  "asks for input": `print("name?", flush=True); input()`,
  "makes its output non-blocking": `
import os
os.set_blocking(1, False)
print("one", flush=True)
os.set_blocking(1, True)
print("x" * 999_999)`,
  "leaves the last word to a child": `
import subprocess
subprocess.Popen("sleep 0.05; echo late", shell=True)
print("early")`,
  "prints much in another language": `
import subprocess
print("one", flush=True)
subprocess.run("seq 300000; seq 300000 >&2", shell=True)`,
  "ignores SIGTERM and sends it to its group": `
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN); os.killpg(0, signal.SIGTERM); print("ok")`,
  "catches SIGINT and sends it to its group": `
import os, signal
signal.signal(signal.SIGINT, lambda *_: print("caught")); os.killpg(0, signal.SIGINT); print("ok")`,
  "kills its group": `
import os, signal
print("before", flush=True); os.killpg(0, signal.SIGKILL); print("never")`,
  "ends its group through a child": `
import os, signal, subprocess
signal.signal(signal.SIGHUP, signal.SIG_IGN)
print(subprocess.run("trap '' HUP; kill -HUP 0; echo child", shell=True).returncode)`,
  "makes a group of its own and ends it": `
import os, signal
os.setpgrp()
signal.signal(signal.SIGTERM, lambda *_: print("caught"))
os.kill(0, signal.SIGTERM); os.killpg(os.getpgrp(), signal.SIGTERM); print("ok")`,
  "makes a session of its own in a child": `
import os
child = os.fork()
if child == 0: os.setsid(); print(os.getpgrp() == os.getpid(), flush=True); os._exit(0)
print(os.waitpid(child, 0)[1])`,
};

Deno.test("a job's result is that of the bare script", async (t) => {
  await using bench = await JobBench.open();
  for (const [what, source] of Object.entries(SCRIPTS)) {
    await t.step(`when it ${what}`, async () => {
      const script = join(bench.path, "script.py");
      Deno.writeTextFileSync(script, source);
      const stdin = what.includes("asyncio") ? "" : undefined;
      const { result } = await bench.run([PYTHON, script], { stdin });
      const { stdout, stderr, outcome: { exit_code } } = result;
      assert.deepEqual({ exit_code, stdout, stderr }, runBare(script, bench.path));
    });
  }
});

for (const { path, version } of interpreters) {
  Deno.test(`a job keeps all that is printed when Python ${version} supervises it`, async () => {
    await using bench = await JobBench.open({ python: path });
    const { result } = await bench.run(python("import sys\nfor n in range(10**6): print(n)"));
    assert.equal(result.stdout.length, 6_888_890);
    assert(result.stdout.endsWith("\n999999\n"));
  });
}

Deno.test("a log ends at the limit when a job prints more than it may", async () => {
  await using bench = await JobBench.open({ maxOutputBytes: 1 << 20 });
  const { error, result } = await bench.run(python(
    `import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print("last words", file=sys.stderr), sys.exit()))
while True: print("x" * 99)`,
  ));
  assert.match(error!, /its stdout exceeded the limit of 1 MB \(PYTHON_MCP_MAX_OUTPUT_MB\)/);
  assert.equal(result.stdout.length, 1 << 20);
  assert.equal(result.stderr, "last words\n");
});

Deno.test("a job may print as much as its limit when it prints no more", async () => {
  await using bench = await JobBench.open({ maxOutputBytes: 1 << 20 });
  const { status, result } = await bench.run(python("print('x' * (2**20 - 1))"));
  assert.equal(status, "completed");
  assert.equal(result.stdout.length, 1 << 20);
});

Deno.test("repeated runs have pipes that block when an earlier one changed that", async () => {
  await using bench = await JobBench.open();
  const source = "import os; print(os.get_blocking(1)); os.set_blocking(1, False)";
  const { result } = await bench.run(python(source), { repeat: 2 });
  assert.equal(result.stdout, "True\nTrue\n");
});

/** Tells after each line, in a file that is never empty again, how many are printed. */
const PRINTS = `
import os
import itertools
printed = os.open("printed", os.O_WRONLY | os.O_CREAT)
for n in itertools.count():
    print("%08d" % n, flush=True)
    os.pwrite(printed, b"%08d" % (n + 1), 0)`;

for (const alsoLauncher of [false, true]) {
  const who = alsoLauncher ? "launcher, then its supervisor," : "supervisor";
  Deno.test(`nothing printed is lost when a job's ${who} is killed`, async () => {
    await using bench = await JobBench.open();
    const { id, files } = await bench.start(python(PRINTS));
    const supervisor = await supervisorOf(files);
    if (alsoLauncher) {
      kill(...launchers(bench.path));
      // The next launcher has the pipes open, too.
      await waitFor(() => openers(bench.path) > 1, { what: "a launcher" });
    }
    await waitFor(() => logSize(files.stdout) > 0, { what: "its output" });
    kill(supervisor);
    const { error, result } = await bench.end(id);
    assert.match(error!, /supervisor was killed/);
    const printed = Number(Deno.readTextFileSync(join(bench.path, "printed")));
    const lines = result.stdout.trimEnd().split("\n");
    assert(lines.length >= printed, `${lines.length} of ${printed}`);
    assert.deepEqual(lines, lines.map((_, n) => `${n}`.padStart(8, "0")));
  });
}

for (const alsoNext of [false, true]) {
  const who = alsoNext ? "supervisor, then what ends the job in its place," : "supervisor";
  Deno.test({
    name: `nothing printed is lost when a job's ${who} is killed while its folder is read-only`,
    ignore: !await canFreeze(),
    async fn() {
      await using bench = await JobBench.open();
      const { id, files } = await bench.start(python(PRINTS));
      const supervisor = await supervisorOf(files);
      const printed = () => Number(readIfThere(join(bench.path, "printed")));
      await waitFor(() => logSize(files.stdout) > 0, { what: "its output" });
      freezeAll(true, files.folder);
      try {
        const before = printed();
        await waitFor(() => printed() > before + 100, { what: "lines that cannot be stored" });
        kill(supervisor);
        await untilGone(supervisor);
        await waitFor(() => processesWith(id).length === 0, { what: "the script's end" });
        await untilAsleep(supervisors(bench.path));
        if (alsoNext) {
          const next = supervisors(bench.path);
          kill(...next);
          for (const pid of next) await untilGone(pid);
          await waitFor(() => supervisors(bench.path).length > 0, { what: "the next one" });
        }
      } finally {
        freezeAll(false, files.folder);
      }
      const { result } = await bench.end(id);
      const lines = result.stdout.trimEnd().split("\n");
      assert(lines.length >= printed(), `${lines.length} of ${printed()}`);
      assert.deepEqual(lines, lines.map((_, n) => `${n}`.padStart(8, "0")));
    },
  });
}

/** How many processes read what the home's jobs print: supervisors, and those that wait for their ends. */
function openers(home: string): number {
  return processesWith(`start_launcher.py ${home} `).filter(({ pid }) => {
    try {
      const links = [...Deno.readDirSync(`/proc/${pid}/fd`)]
        .map(({ name }) => Number(name) > 2 && Deno.readLinkSync(`/proc/${pid}/fd/${name}`));
      return Deno.readLinkSync(`/proc/${pid}/fd/1`) === "/dev/null" &&
        links.some((link) => link && link.startsWith("pipe:"));
    } catch {
      return false; // it has ended
    }
  }).length;
}

/** The forks of a home's launchers that have a job. */
function supervisors(home: string): number[] {
  const forks = processesWith(`start_launcher.py ${home} `).map(({ pid }) => pid);
  return forks.filter((pid) => roleOfFork(pid, forks) === "supervisor");
}

/** Until processes have had nothing to do for several looks in a row. */
async function untilAsleep(pids: number[]): Promise<void> {
  let looks = 0;
  const sleeps = (pid: number) =>
    Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)![0] === "S";
  await waitFor(() => (looks = pids.every(sleeps) ? looks + 1 : 0) > 5, { what: "a rest" });
}

/** The script in a group of its own, as a shell starts it, with its streams piped. */
function runBare(script: string, folder: string) {
  const start = `import os, sys; os.setpgrp(); os.execv(sys.argv[1], sys.argv[1:])`;
  const pipeline = `
    { { : | ${PYTHON} -c '${start}' ${PYTHON} ${script} 2>&4 3>&- 4>&-; echo $? > code
    } 4>&1 1>&3 2>/dev/null | cat > stderr; } 3>&1 | cat > stdout`;
  new Deno.Command("sh", { args: ["-c", pipeline], cwd: folder }).outputSync();
  const read = (name: string) => Deno.readTextFileSync(join(folder, name));
  return { exit_code: Number(read("code")), stdout: read("stdout"), stderr: read("stderr") };
}
