import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { fixture, JobBench, python } from "../job_bench.ts";
import { OtherServer } from "../other_server.ts";

const SURROUNDINGS = fileURLToPath(new URL("../../fixtures/jobs/surroundings.py", import.meta.url));
const RESIDENT = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)";

/** What a process started by a shell finds. */
function bare(): Record<string, unknown> {
  const { stdout } = new Deno.Command("/bin/sh", {
    args: ["-c", 'exec "$@" </dev/null 2>/dev/null', "sh", ...fixture("surroundings.py")],
  }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("a script finds what a bare one finds when a server runs it", async () => {
  await using bench = await JobBench.open();
  // Those after the first have supervisors that were forked ahead.
  for (let run = 0; run < 3; run++) {
    const { result } = await bench.run(fixture("surroundings.py"));
    assert.deepEqual(JSON.parse(result.stdout), { ...bare(), descriptors: [0, 1, 2] });
  }
});

Deno.test("a script finds what a bare one finds when its server runs under nohup", async () => {
  await using bench = await JobBench.open();
  const source = `exec(open(${JSON.stringify(SURROUNDINGS)}).read())`;
  await using server = await OtherServer.start(bench.path, [{ source }], { wrapper: ["nohup"] });
  const { result } = await bench.end(server.ids[0]!);
  assert.deepEqual(JSON.parse(result.stdout).signals, bare().signals);
});

Deno.test("a script has the server's umask when everything else is private", async () => {
  await using bench = await JobBench.open();
  const { files } = await bench.start(python("open('made', 'w'); print(1)"));
  await bench.end(files.folder.split("/").at(-1)!);
  assert.equal(Deno.statSync(`${bench.path}/made`).mode! & 0o777, 0o666 & ~Deno.umask());
});

Deno.test("a script's peak memory is its own when 1,000 jobs wait", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const alone = Number((await bench.run(python(RESIDENT))).result.stdout);
  const blocker = await bench.start(python("import time; time.sleep(1000)"));
  const waiting = [];
  for (let n = 0; n < 1000; n++) {
    waiting.push(
      await bench.start(python(RESIDENT), {
        env: { SECRET: "x".repeat(200) },
      }),
    );
  }
  const call = bench.draft(false);
  const running = await bench.manager.call(
    call,
    bench.request(python(RESIDENT), { background: false }),
  );
  await running.ended;
  const { result } = await bench.manager.finishCall(running, () => "nothing");
  const crowded = Number((result as { stdout: string }).stdout);
  const launcher = launcherBytes(bench.path);
  for (const { id } of [...waiting, blocker]) await bench.manager.cancel(id);
  assert(Math.abs(crowded - alone) <= 500, `${alone} KB alone, ${crowded} KB in a crowd`);
  assert(launcher < 20e6, `the launcher has ${launcher} bytes`);
});

function launcherBytes(home: string): number {
  for (const { name } of Deno.readDirSync("/proc")) {
    try {
      if (!Deno.readTextFileSync(`/proc/${name}/cmdline`).includes(`\0${home}\0`)) continue;
      return 4096 * Number(Deno.readTextFileSync(`/proc/${name}/statm`).split(" ")[1]);
    } catch {
      // No process, or one that has ended.
    }
  }
  throw new Error("there is no launcher");
}
