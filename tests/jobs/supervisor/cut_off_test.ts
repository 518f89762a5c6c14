import assert from "node:assert/strict";
import { exists, readIfThere } from "../../../lib/base/private_files.ts";
import { canFreeze, freeze, freezeAll } from "../../helpers/freeze.ts";
import { processesWith, TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, python } from "../job_bench.ts";
import { isAlive, kill, launchers, supervisorOf, untilGone } from "../kill.ts";
import { OtherServer } from "../other_server.ts";

const SLEEPS = "import time; time.sleep(600)";

Deno.test("a time limit holds when a script stops its supervisor", async () => {
  await using bench = await JobBench.open();
  const script = python(`import os, signal; os.kill(os.getppid(), signal.SIGSTOP)\n${SLEEPS}`);
  const { result } = await bench.run(script, { timeoutSeconds: 1 });
  assert.equal(result.outcome.timed_out, true);
});

Deno.test("a job is cancelled when its supervisor is stopped and its launcher was killed", async () => {
  await using bench = await JobBench.open();
  const { id, files } = await bench.start(python(SLEEPS));
  const supervisor = await supervisorOf(files);
  kill(...launchers(bench.path));
  Deno.kill(supervisor, "SIGSTOP");
  const cancelled = await bench.manager.cancel(id);
  assert.equal(cancelled?.row.status, "cancelled");
});

Deno.test("a time limit holds when a supervisor is stopped whose launcher was killed", async () => {
  await using bench = await JobBench.open();
  const { id, files } = await bench.start(python(SLEEPS), { timeoutSeconds: 2 });
  const supervisor = await supervisorOf(files);
  kill(...launchers(bench.path));
  Deno.kill(supervisor, "SIGSTOP");
  assert.equal((await bench.end(id)).result.outcome.timed_out, true);
});

Deno.test("a script is stopped when the folder of its job is removed", async () => {
  await using bench = await JobBench.open();
  const { files } = await bench.start(python(`print("on", flush=True); ${SLEEPS}`));
  const supervisor = await supervisorOf(files);
  Deno.removeSync(files.folder, { recursive: true });
  await untilGone(supervisor);
  await waitFor(
    () => !processesWith(bench.path).some(({ command }) => command.includes("sleep(600)")),
    {
      what: "the end of the script",
    },
  );
  assert.equal(exists(files.folder), false);
});

Deno.test("a job ends with all that it started when its script lets its supervisor open nothing", async () => {
  await using bench = await JobBench.open();
  const { status } = await bench.run(python(
    `import os, resource, subprocess\nsubprocess.Popen(["sleep", "600"], start_new_session=True)\n` +
      `resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0))\n${SLEEPS}`,
  ));
  assert.equal(status, "failed");
  assert(!processesWith(bench.path).some(({ command }) => /sleep.600/.test(command)));
});

const MOVES: Record<string, (folder: string) => void> = {
  "is moved away": (folder) => Deno.renameSync(folder, `${folder}-moved`),
  "is moved out of the home": (folder) => Deno.renameSync(folder, `${folder}/../../moved`),
  "is replaced by a link": (folder) => {
    Deno.renameSync(folder, `${folder}-moved`);
    Deno.symlinkSync("/etc", folder);
  },
};
for (const [what, move] of Object.entries(MOVES)) {
  Deno.test(`a script is stopped and its job has ended when the folder of its job ${what}`, async () => {
    await using bench = await JobBench.open();
    const { id, files } = await bench.start(python(`print("on", flush=True); ${SLEEPS}`));
    const supervisor = await supervisorOf(files);
    move(files.folder);
    await untilGone(supervisor);
    const sleeps = () =>
      processesWith(bench.path).some(({ command }) => command.includes("sleep(600)"));
    await waitFor(() => !sleeps(), { what: "the end of the script" });
    assert.equal((await bench.end(id)).status, "failed");
  });
}

Deno.test("a script is stopped when the whole home is removed", async () => {
  await using home = await TestHome.create();
  const path = home.join("home");
  await using server = await OtherServer.start(path, [{ source: SLEEPS }]);
  const pid = await startedIn(path, server.ids[0]!);
  await server.kill();
  Deno.removeSync(path, { recursive: true });
  await untilGone(pid);
});

Deno.test("a job is cancelled from the new place when its home was moved", async () => {
  await using home = await TestHome.create();
  const [old, moved] = [home.join("old"), home.join("new")];
  await using server = await OtherServer.start(old, [{ source: SLEEPS }]);
  const [id] = server.ids;
  const pid = await startedIn(old, id!);
  await server.kill();
  Deno.renameSync(old, moved);
  await using bench = await JobBench.open({ home: moved });
  const { row } = (await bench.manager.cancel(id!))!;
  assert.equal(row.status, "cancelled", row.error ?? "");
  await untilGone(pid); // its supervisor has a little to do after that
});

Deno.test({
  name:
    "a job is cancelled, and an outcome kept until it can be written, when folders are read-only",
  ignore: !await canFreeze(),
  async fn() {
    await using bench = await JobBench.open();
    const go = `${bench.path}/go`;
    const waits = `import os, time\nwhile not os.path.exists(${
      JSON.stringify(go)
    }): time.sleep(0.05)`;
    const ends = await bench.start(python(waits));
    const runs = await bench.start(python(SLEEPS));
    const supervisors = [await supervisorOf(ends.files), await supervisorOf(runs.files)];
    const folders = [ends.files.folder, runs.files.folder];
    freeze(true, ...folders);
    try {
      Deno.writeTextFileSync(go, "");
      const cancelling = bench.manager.cancel(runs.id);
      await waitFor(
        () => processesWith(bench.path).every(({ command }) => !command.includes("-c import")),
        { what: "the end of both scripts" },
      );
      assert(supervisors.every(isAlive));
      assert.equal(ends.files.outcome, undefined);
      freeze(false, ...folders);
      assert.equal((await bench.end(ends.id)).status, "completed");
      assert.equal((await cancelling)?.row.status, "cancelled");
    } finally {
      freeze(false, ...folders);
    }
  },
});

Deno.test({
  name: "a job starts late, and does not fail, when its launcher can write nothing for a while",
  ignore: !await canFreeze(),
  async fn() {
    await using bench = await JobBench.open();
    const owners = `${bench.path}/owners`;
    freeze(true, owners);
    const status = bench.run(python("print(1)")).then((row) => row.status, String);
    let isOver = false;
    status.then(() => isOver = true);
    const looks = new Map<number, number>();
    // Until one launcher has lived for a while: those that give up end at once.
    const isPatient = (pid: number) => (looks.set(pid, (looks.get(pid) ?? 0) + 1).get(pid)!) > 15;
    try {
      await waitFor(() => isOver || launchers(bench.path).some(isPatient), {
        what: "a launcher that waits",
      });
    } finally {
      freeze(false, owners);
    }
    assert.equal(await status, "completed");
  },
});

Deno.test({
  name:
    "a script goes on, and what it prints is kept, when its log cannot be written to for a while",
  ignore: !await canFreeze(),
  async fn() {
    await using bench = await JobBench.open();
    const [go, printed] = [`${bench.path}/go`, `${bench.path}/printed`];
    const { id, files } = await bench.start(python(
      `import os, sys, time\nprint("before", flush=True)\n` +
        `while not os.path.exists(sys.argv[1]): time.sleep(0.02)\n` +
        `for n in range(3): print("during", n, flush=True); time.sleep(0.05)\n` +
        `open(sys.argv[2], "w").close(); time.sleep(0.3); print("after")`,
      go,
      printed,
    ));
    const isKept = () => readIfThere(files.stdout)?.includes("before");
    await waitFor(isKept, { what: "its first line" });
    freeze(true, files.stdout);
    try {
      Deno.writeTextFileSync(go, "");
      await waitFor(() => exists(printed), { what: "what it prints" });
    } finally {
      freeze(false, files.stdout);
    }
    const { status, result } = await bench.end(id);
    assert.equal(result.stdout, "before\nduring 0\nduring 1\nduring 2\nafter\n");
    assert.equal(status, "completed");
  },
});

Deno.test({
  name: "a call that outlives its budget goes on when the queue cannot be written to",
  ignore: !await canFreeze(),
  async fn() {
    await using bench = await JobBench.open();
    const script = python("import time; time.sleep(1.5); print(1)");
    const call = await bench.manager.call(
      bench.draft(false),
      bench.request(script, { background: false }),
    );
    await supervisorOf(call.files);
    const queue = `${bench.path}/queue`;
    freezeAll(true, queue);
    try {
      await bench.manager.toBackground(call);
      assert.equal((await bench.end(call.id)).status, "completed");
    } finally {
      freezeAll(false, queue);
    }
  },
});

async function startedIn(home: string, id: string): Promise<number> {
  const path = `${home}/jobs/${id}/started`;
  await waitFor(() => exists(path), { what: "the start of the job" });
  return JSON.parse(Deno.readTextFileSync(path)).pid;
}

Deno.test({
  name: "a job leaves no half-written file when nothing could be renamed as it began",
  ignore: !await canFreeze(),
  async fn() {
    await using bench = await JobBench.open();
    const { files, ...draft } = bench.draft();
    const chattr = (mode: string) =>
      new Deno.Command("chattr", { args: [mode, files.folder] }).outputSync();
    chattr("+a"); // files may be made there, and no more
    try {
      await bench.manager.start({ files, ...draft }, bench.request(python("")));
      await waitFor(() => /not permitted/.test(readIfThere(files.path("outcome.json.new")) ?? ""), {
        what: "its outcome",
      });
    } finally {
      chattr("-a");
    }
    const { status } = await bench.end(draft.id);
    assert.equal(status, "failed");
    await waitFor(
      () => [...Deno.readDirSync(files.folder)].every(({ name }) => !/new$/.test(name)),
      {
        what: "its files alone",
      },
    );
  },
});
