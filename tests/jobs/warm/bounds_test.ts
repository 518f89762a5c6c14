import assert from "node:assert/strict";
import type { Sandbox } from "../../../lib/base/command.ts";
import { readIfThere } from "../../../lib/base/private_files.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { python } from "../job_bench.ts";
import { WarmBench } from "./warm_bench.ts";

const starting = WarmBench.open();
Deno.test.afterAll(async () => await (await starting)[Symbol.asyncDispose]());

/** What they have in memory together, of shared pages their part. */
function megabytes(pids: number[]): number {
  const kilobytes = pids.map((pid) => {
    const text = readIfThere(`/proc/${pid}/smaps_rollup`) ?? "";
    return Number(/^Pss: +([0-9]+)/m.exec(text)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
}

Deno.test("a fifth warm host is started in the place of the one that was not used for longest", async () => {
  const bench = await starting;
  const all: number[] = [];
  for (const value of ["a", "b", "c", "d"]) {
    await bench.untilWarm({ env: { VALUE: value } });
    all.push(...bench.hosts.filter((pid) => !all.includes(pid)));
  }
  assert.equal(all.length, 4);
  const [first, second, ...others] = all as [number, number, number, number];
  await bench.untilWarm({ env: { VALUE: "a" } });
  await bench.untilWarm({ env: { VALUE: "e" } });
  await waitFor(() => !bench.hosts.includes(second), { what: "the end of the second host" });
  const left = bench.hosts;
  assert.equal(left.length, 4);
  for (const pid of [first, ...others]) assert(left.includes(pid), `${pid} of ${all} has ended`);
});

Deno.test("hosts end, the longest unused first, when they have more memory together than they may", async () => {
  const bench = await starting;
  const before = bench.hosts;
  await bench.untilWarm({ env: { VALUE: "f" } });
  const first = bench.hosts.find((pid) => !before.includes(pid))!;
  await bench.untilWarm({ env: { VALUE: "g" } });
  const mb = Math.ceil(megabytes(bench.warmProcesses) / 2);
  await bench.untilWarm({ env: { VALUE: "h" }, mb });
  await waitFor(() => !bench.hosts.includes(first), { what: "the end of the first" });
  assert.notEqual(bench.hosts.length, 0);
});

Deno.test("no host is started again and again when one needs more memory than all may have", async () => {
  const bench = await starting;
  const cold = async () => await bench.cold({ env: { VALUE: "i" }, mb: 1 });
  await waitFor(async () => /more memory than PYTHON_MCP_WARM_MB/.test(`${await cold()}`), {
    what: "the reason why there is no host",
  });
  assert.match(`${await cold()}`, /more memory/);
});

Deno.test("no script that is to run in a sandbox is given to a host, whatever its server says", async () => {
  const bench = await starting;
  await bench.untilWarm();
  const sandbox: Sandbox = { level: "workspace", wrapper: ["/usr/bin/env"], passes: [], state: "" };
  assert.match(`${await bench.cold({ sandbox })}`, /sandbox/);
});

Deno.test("a host ends, and leaves no socket, when it was idle for as long as it may be", async () => {
  await using bench = await WarmBench.open();
  const { path } = bench.jobs;
  await bench.jobs.run(python("")); // the launcher's files are there from now on
  const [folder] = [...Deno.readDirSync(`${path}/runtime`)].map(({ name }) => name)
    .filter((name) => name.startsWith("jobs-"));
  const source = `${path}/runtime/${folder}/warm_host.py`;
  const text = Deno.readTextFileSync(source);
  Deno.removeSync(source); // other homes have the same file
  Deno.writeTextFileSync(source, text.replace(/^IDLE_SECONDS = 600$/m, "IDLE_SECONDS = 1"));
  await bench.untilWarm();
  await waitFor(() => bench.hosts.length === 0, { what: "its end" });
  const left = [...Deno.readDirSync(`${path}/warm`)].map(({ name }) => name);
  assert.deepEqual(left.filter((name) => name.endsWith(".sock")), []);
});

Deno.test("runs become warm while a job goes on and on", async () => {
  await using bench = await WarmBench.open();
  const { id } = await bench.jobs.start(python("import time; time.sleep(600)"));
  await bench.untilWarm();
  await bench.jobs.manager.cancel(id);
});
