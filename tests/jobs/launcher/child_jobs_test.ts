import assert from "node:assert/strict";
import { join } from "node:path";
import { exists, readIfThere } from "../../../lib/base/private_files.ts";
import type { Draft } from "../../../lib/jobs/process/process_request.ts";
import { interpreters } from "../../helpers/interpreters.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { childrenOf, startScript } from "../child_bench.ts";
import { JobBench } from "../job_bench.ts";
import { kill, supervisorOf } from "../kill.ts";

const LONG = "import time; time.sleep(1000)";
const IMPORT = "import os, sys, time, python_mcp\n";
/** Runs `main`, which gets its depth and starts itself once more until the last one. */
const NESTED = (depth: number, main: string) =>
  `SOURCE = ${
    JSON.stringify(`${IMPORT}DEPTH = int(sys.argv[1]); SOURCE = sys.argv[2]\n${main}`)
  }\n` +
  `${IMPORT}DEPTH = ${depth}\n${main}`;

function until(path: string): string {
  return `import os, time\nwhile not os.path.exists(${JSON.stringify(path)}): time.sleep(0.01)\n`;
}

for (const { path, version } of interpreters) {
  Deno.test(`a script starts a job, waits and reads its result when Python is ${version}`, async () => {
    await using bench = await JobBench.open({ python: path });
    const parent = await startScript(
      bench,
      `${IMPORT}job = python_mcp.run('''
import os, sys
from python_mcp import create_progress_callback
create_progress_callback()(1, 2, "half")
print(os.environ["JOB"], sys.argv[1:], sys.stdin.read(), sys.version_info[:2] == ${
        JSON.stringify(version.split(".").slice(0, 2).map(Number)).replace("[", "(")
          .replace("]", ")")
      })
sys.exit(3)
''', ["a b"], env={"JOB": "mine"}, stdin="typed", label="part")
result = job.wait()
print(job.id, result.status, result["exit_code"], job.status, job.progress, result.stdout, end="")`,
      { python: path },
    );
    const row = await bench.end(parent.id);
    assert.equal(row.result.stderr, "");
    const [child] = await childrenOf(bench, parent.id);
    assert.equal(
      row.result.stdout,
      `${child!.id} failed 3 failed {'current': 1, 'total': 2, 'message': 'half'} ` +
        "mine ['a b'] typed True\n",
    );
    assert.deepEqual([child!.label, child!.status, child!.tool], [
      "part",
      "failed",
      "python_mcp.run",
    ]);
    assert.match(child!.command ?? "", /^\(inline code\) 'a b' in \//);
  });
}

Deno.test("a child shows at two servers with its parent when a script starts it", async () => {
  await using one = await JobBench.open();
  await using two = await JobBench.open({ home: one.path });
  const parent = await startScript(one, `${IMPORT}python_mcp.run(${JSON.stringify(LONG)}).wait()`);
  for (const bench of [one, two]) {
    const [child] = await childrenOf(bench, parent.id);
    assert.equal(child!.parent, parent.id);
    assert.equal((await bench.manager.get(child!.id))?.id, child!.id);
  }
  await two.manager.cancel(parent.id);
});

Deno.test("a child goes on when its parent ends by itself", async () => {
  await using bench = await JobBench.open();
  const go = join(bench.path, "go");
  for (const end of ["0", "1"]) {
    const parent = await startScript(
      bench,
      `${IMPORT}python_mcp.run(${JSON.stringify(`${until(go)}print("after")`)}); sys.exit(${end})`,
    );
    const row = await bench.end(parent.id);
    assert.equal(row.result.outcome.exit_code, Number(end));
    assert.equal(row.result.outcome.stopped, 0);
  }
  Deno.writeTextFileSync(go, "");
  const { rows } = await bench.manager.list({ limit: 9 });
  const children = rows.filter(({ parent }) => parent !== null);
  assert.equal(children.length, 2);
  for (const { id } of children) assert.equal((await bench.end(id)).result.stdout, "after\n");
});

Deno.test("children, grandchildren and queued ones are cancelled when a job is", async () => {
  await using bench = await JobBench.open({ maxRunning: 3 });
  // Each level starts the next one, and waits for nothing, so that the last ones get no slot.
  const parent = await startScript(
    bench,
    NESTED(
      2,
      "if DEPTH: [python_mcp.run(SOURCE, [str(DEPTH - 1), SOURCE]) for _ in range(2)]\n" +
        "time.sleep(1000)",
    ),
  );
  const children = await childrenOf(bench, parent.id, 2);
  const grandchildren = [];
  for (const { id } of children) grandchildren.push(...await childrenOf(bench, id, 2));
  const cancelled = await bench.manager.cancel(parent.id);
  assert.equal(cancelled?.row.status, "cancelled");
  const rows = [];
  for (const { id } of [...children, ...grandchildren]) rows.push(await bench.manager.get(id));
  assert.deepEqual(rows.map((row) => row?.status), Array(6).fill("cancelled"));
  assert.equal(rows.filter((row) => row!.startedAt === null).length, 4);
});

Deno.test("a queued child shows as cancelled when its parent is and no slot becomes free", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const blocker = await startScript(bench, LONG);
  await supervisorOf(blocker.files);
  const parent = await startScript(
    bench,
    `${IMPORT}python_mcp.run(${JSON.stringify(LONG)}).wait()`,
    { call: true },
  );
  const [child] = await childrenOf(bench, parent.id);
  await bench.manager.cancel(parent.id);
  await waitFor(
    async () => (await childrenOf(bench, parent.id))[0]!.status === "cancelled",
    { what: "the child's end in the list" },
  );
  assert.equal(bench.manager.files(child!.id)!.hasStarted, false);
  await bench.manager.cancel(blocker.id);
});

Deno.test("what an ended child has started is cancelled when the first job is", async () => {
  await using bench = await JobBench.open();
  const parent = await startScript(
    bench,
    NESTED(
      2,
      "if DEPTH: python_mcp.run(SOURCE, [str(DEPTH - 1), SOURCE])\n" +
        "if DEPTH != 1: time.sleep(1000)",
    ),
  );
  const [child] = await childrenOf(bench, parent.id);
  await bench.end(child!.id);
  const [grandchild] = await childrenOf(bench, child!.id);
  await bench.manager.cancel(parent.id);
  assert.equal((await bench.end(grandchild!.id)).status, "cancelled");
  assert.equal((await bench.manager.get(child!.id))?.status, "completed");
});

Deno.test("a child is cancelled when its parent is stopped at its time limit", async () => {
  await using bench = await JobBench.open();
  const parent = await startScript(
    bench,
    `${IMPORT}python_mcp.run(${JSON.stringify(LONG)}).wait()`,
    { timeoutSeconds: 1.5 },
  );
  assert.equal((await bench.end(parent.id)).result.outcome.timed_out, true);
  const [child] = await childrenOf(bench, parent.id);
  assert.equal((await bench.end(child!.id)).status, "cancelled");
});

Deno.test("a child is cancelled when its parent is and every server is gone", async () => {
  await using bench = await JobBench.open();
  const { parent, child } = await (async () => {
    await using other = await JobBench.open({ home: bench.path });
    const parent = await startScript(
      other,
      `${IMPORT}python_mcp.run(${JSON.stringify(LONG)}).wait()`,
    );
    return { parent, child: (await childrenOf(other, parent.id))[0]! };
  })();
  const files = bench.manager.files(child.id)!;
  await supervisorOf(files);
  parent.files.askToCancel(); // as a server does that is killed then
  await waitFor(() => files.outcome, { what: "the child's end" });
  assert.equal(files.outcome?.cancelled, true);
});

Deno.test("a script stops a job of its own when it cancels it", async () => {
  await using bench = await JobBench.open({ maxRunning: 2 });
  const parent = await startScript(
    bench,
    `${IMPORT}jobs = [python_mcp.run(${JSON.stringify(LONG)}) for _ in range(2)]
while jobs[0].status != "running": time.sleep(0.01)
print(jobs[1].status, jobs[1].cancel(), jobs[0].cancel(), jobs[0].cancel(), jobs[0].result.error)`,
  );
  assert.equal(
    (await bench.end(parent.id)).result.stdout,
    "pending cancelled cancelled cancelled None\n",
  );
});

for (const call of [false, true]) {
  Deno.test(`three levels of waiting jobs end when one may run, the first ${call ? "a call" : "in the background"}`, async () => {
    await using bench = await JobBench.open({ maxRunning: 1 });
    const parent = await startScript(
      bench,
      NESTED(
        3,
        "parts = [python_mcp.run(SOURCE, [str(DEPTH - 1), SOURCE]) for _ in range(DEPTH and 2)]\n" +
          "print(1 + sum(int(part.wait().stdout) for part in parts))",
      ),
      { call },
    );
    await waitFor(() => parent.files.outcome, { what: "its end" });
    assert.equal(readIfThere(parent.files.stderr), "");
    assert.equal(readIfThere(parent.files.stdout), "15\n");
    assert.deepEqual([...Deno.readDirSync(join(bench.path, "queue", "waiting"))], []);
    if (call) await bench.manager.toBackground({ id: parent.id } as never);
  });
}

Deno.test("never more jobs run than may when they lend their slots and take them back", async () => {
  await using bench = await JobBench.open({ maxRunning: 2 });
  const log = join(bench.path, "log");
  const say = (what: string) =>
    `print(${JSON.stringify(what)}, file=open(${JSON.stringify(log)}, "a"))\n`;
  const part = `import time\n${say("begin")}time.sleep(0.05)\n${say("end")}`;
  const parents = [];
  for (let n = 0; n < 3; n++) {
    parents.push(
      await startScript(
        bench,
        `${IMPORT}for _ in range(3):\n` +
          `    job = python_mcp.run(${JSON.stringify(part)})\n` +
          `    assert job.wait().status == "completed"\n` +
          `    exec(${JSON.stringify(part)})`,
      ),
    );
  }
  for (const { id } of parents) assert.equal((await bench.end(id, 40)).result.stderr, "");
  let now = 0, most = 0;
  for (const what of readIfThere(log)!.trim().split("\n")) {
    most = Math.max(most, what === "begin" ? ++now : --now);
  }
  assert.equal(most, 2);
});

Deno.test("a parent comes before newer jobs when it takes its slot back", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const log = join(bench.path, "log");
  const say = (what: string) =>
    `open(${JSON.stringify(log)}, "a").write(${JSON.stringify(`${what}\n`)})`;
  const parent = await startScript(
    bench,
    `${IMPORT}${until(join(bench.path, "go"))}python_mcp.run(${
      JSON.stringify(say("child"))
    }).wait()\n${say("parent")}`,
  );
  await supervisorOf(parent.files);
  const later: Draft[] = [];
  for (let n = 0; n < 3; n++) later.push(await startScript(bench, say("later")));
  await waitFor(() => later.every(({ files }) => files.acceptedBy), {
    what: "the later jobs in the queue",
  });
  Deno.writeTextFileSync(join(bench.path, "go"), "");
  for (const { id } of later) await bench.end(id);
  assert.equal(readIfThere(log), "child\nparent\nlater\nlater\nlater\n");
});

Deno.test("a slot is not lost when a script is killed while it waits", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const parent = await startScript(
    bench,
    `${IMPORT}job = python_mcp.run(${JSON.stringify(LONG)})\n` +
      "print(os.getpid(), flush=True); job.wait()",
  );
  const [child] = await childrenOf(bench, parent.id);
  await supervisorOf(bench.manager.files(child!.id)!); // it has the slot
  kill(Number(readIfThere(parent.files.stdout)));
  assert.equal((await bench.end(parent.id)).result.outcome.exit_code, 137);
  await bench.manager.cancel(child!.id);
  const next = await startScript(bench, "print(1)");
  assert.equal((await bench.end(next.id)).status, "completed");
});

Deno.test("a script's threads wait for jobs at once when one may run", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const parent = await startScript(
    bench,
    `${IMPORT}from concurrent.futures import ThreadPoolExecutor
def work(n):
    job = python_mcp.run("import sys; print(sys.argv[1])", [str(n)])
    try: return job.wait(timeout=0).stdout
    except TimeoutError: return job.wait().stdout
print(*ThreadPoolExecutor(4).map(work, range(4)), end="")`,
  );
  const { result } = await bench.end(parent.id);
  assert.equal(result.stderr, "");
  assert.equal(result.stdout, "0\n 1\n 2\n 3\n");
});

Deno.test("a script gets its slot back when a process that it forked meanwhile lives on", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const go = join(bench.path, "go");
  const parent = await startScript(
    bench,
    `${IMPORT}import threading
job = python_mcp.run(${JSON.stringify(until(go))})
thread = threading.Thread(target=job.wait)
thread.start()
while job.status != "running": time.sleep(0.01)
forked = os.fork()
if forked == 0:
    time.sleep(1000)
open(${JSON.stringify(go)}, "w").close()
thread.join()
print(os.path.exists(os.path.join(os.path.dirname(os.environ["PYTHON_MCP_ARTIFACTS"]), "lent")))
os.kill(forked, 9)`,
  );
  assert.equal((await bench.end(parent.id)).result.stdout, "False\n");
});

Deno.test("a script goes on when its time to wait is over", async () => {
  await using bench = await JobBench.open();
  const parent = await startScript(
    bench,
    `${IMPORT}job = python_mcp.run(${JSON.stringify(LONG)})
try:
    job.wait(timeout=0.2)
except TimeoutError as error:
    print(error)
job.cancel()`,
  );
  assert.match((await bench.end(parent.id)).result.stdout, /^The job .* not ended after 0\.2 s/);
});

Deno.test("a child is adopted by the next server when none lived as it was started", async () => {
  await using home = await TestHome.create();
  const [go, made] = [home.join("go"), home.join("made")];
  const parent = await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    const source = `${IMPORT}${until(go)}job = python_mcp.run("print('made')")\n` +
      `open(${JSON.stringify(made)}, "w").write(job.id)`;
    const parent = await startScript(bench, source);
    await supervisorOf(parent.files);
    return parent;
  })();
  Deno.writeTextFileSync(go, "");
  const id = await waitFor(() => readIfThere(made), { what: "the child" });
  await waitFor(() => exists(home.join("jobs", id, "outcome.json")), {
    what: "its end",
  });
  await using bench = await JobBench.open({ home: home.path });
  await bench.manager.sweep();
  const row = await bench.end(id);
  assert.deepEqual([row.parent, row.result.stdout], [parent.id, "made\n"]);
  assert.equal(exists(home.join("adopt", id)), false);
});
