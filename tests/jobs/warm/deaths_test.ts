import assert from "node:assert/strict";
import type { WarmWish } from "../../../lib/base/command.ts";
import { exists, readIfThere } from "../../../lib/base/private_files.ts";
import { JOB_FILES } from "../../../lib/jobs/files/names.ts";
import { processesWith } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { PYTHON } from "../job_bench.ts";
import { kill, launchers, parentIfThere, supervisorOf } from "../kill.ts";
import { WarmBench } from "./warm_bench.ts";

const starting = WarmBench.open();
Deno.test.afterAll(async () => await (await starting)[Symbol.asyncDispose]());

/** Says that it runs, and ends when a file is there. */
const waits = (flag: string) =>
  `import os, time\nprint("before", flush=True)\n` +
  `while not os.path.exists(${JSON.stringify(flag)}): time.sleep(0.01)\nprint("after")`;

Deno.test("a time limit holds when a warm supervisor is stopped whose host was killed", async () => {
  const bench = await starting;
  const { id, files } = await bench.startWarm("import time; time.sleep(600)", {
    timeoutSeconds: 1.5,
  });
  const supervisor = await supervisorOf(files);
  kill(...bench.hosts);
  Deno.kill(supervisor, "SIGSTOP");
  const { outcome } = (await bench.jobs.end(id)).result;
  assert.deepEqual([outcome.timed_out, outcome.cold], [true, null]);
});

Deno.test("a warm job ends when its script stops its host and its supervisor", async () => {
  const bench = await starting;
  const { id } = await bench.startWarm(
    `import os\nhost = open(f"/proc/{os.getppid()}/stat").read().rpartition(")")[2].split()[1]\n` +
      "for pid in (int(host), os.getppid()): os.kill(pid, 19)",
  );
  const { status, result } = await bench.jobs.end(id);
  assert.deepEqual([status, result.outcome.cold], ["completed", null]);
});

Deno.test("a warm script does not begin when its job cannot be marked as started", async () => {
  const bench = await starting;
  await bench.untilWarm();
  const [begun, path] = ["begun", "script.py"].map((name) => `${bench.jobs.path}/${name}`);
  Deno.writeTextFileSync(path!, `open(${JSON.stringify(begun)}, "w")`);
  const draft = bench.jobs.draft();
  Deno.removeSync(draft.files.path(JOB_FILES.nextStarted));
  Deno.mkdirSync(draft.files.path(JOB_FILES.nextStarted));
  const warm: WarmWish = { mode: "start", mb: 1024, imports: [] };
  await bench.jobs.manager.start(draft, { ...bench.jobs.request([PYTHON, path!]), warm });
  const { error } = await bench.jobs.end(draft.id);
  assert.match(error!, /could not be run: .*Is a directory/);
  // What was forked to become the script is gone when the supervisor's children are.
  await waitFor(() => processesWith(path!).length === 0, { what: "the end of its processes" });
  assert.equal(exists(begun!), false);
});

Deno.test("a job is run cold when what is to become its script is killed before it reads which", async () => {
  const bench = await starting;
  await bench.untilWarm();
  const script = await waitFor(() => {
    const next = bench.nextRuns;
    return next.find((pid) => next.includes(parentIfThere(pid) ?? 0));
  }, { what: "the process that becomes the next script" });
  Deno.kill(script, "SIGSTOP");
  const { id, files } = await bench.start("print(1)");
  await supervisorOf(files);
  kill(script);
  const { status, result } = await bench.jobs.end(id);
  const { stdout, outcome } = result;
  assert.deepEqual([status, stdout], ["completed", "1\n"]);
  assert.equal(outcome.cold, "it could not be made of a warm host");
});

for (const when of ["alone", "after its host"]) {
  Deno.test(`what a warm script has printed is kept when its supervisor is killed ${when}`, async () => {
    const bench = await starting;
    const { id, files } = await bench.startWarm(
      `import os, time\nprint("one", flush=True)\nos.kill(os.getppid(), 19)\n` +
        `print("two", flush=True)\nopen(${JSON.stringify(bench.jobs.path)} + "/printed", "w")\n` +
        "time.sleep(600)",
    );
    const supervisor = await supervisorOf(files);
    await waitFor(() => exists(`${bench.jobs.path}/printed`), { what: "the second line" });
    if (when !== "alone") kill(...bench.hosts);
    kill(supervisor);
    const { error, result } = await bench.jobs.end(id);
    assert.match(error!, /supervisor was killed/);
    assert.equal(result.stdout, "one\ntwo\n");
    Deno.removeSync(`${bench.jobs.path}/printed`);
  });
}

Deno.test("a warm script goes on, and is started once, when its launcher is killed", async () => {
  const bench = await starting;
  const flag = `${bench.jobs.path}/go`;
  const { id, files } = await bench.startWarm(waits(flag));
  await supervisorOf(files);
  kill(...launchers(bench.jobs.path));
  await waitFor(() => readIfThere(files.stdout), { what: "its first line" });
  Deno.writeTextFileSync(flag, "");
  const { result, status } = await bench.jobs.end(id);
  assert.deepEqual([status, result.stdout, result.outcome.cold], [
    "completed",
    "before\nafter\n",
    null,
  ]);
});
