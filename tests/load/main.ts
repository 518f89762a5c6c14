/**
 * Eight servers on one home, a thousand short jobs each, warm and then half as many cold: all accounted for, and
 * the throughput beside `xargs -P` of the same scripts, in turn with it. A full run writes `results.json`.
 *
 *     deno task load [--servers 8] [--jobs 1000]
 */
import { parseArgs } from "node:util";
import { queuedMemoryMb } from "./queued_memory.ts";
import { type LoadResults, writeLoadResults } from "./results.ts";
import { PARALLEL, throughput } from "./throughput.ts";

const { values } = parseArgs({
  options: { servers: { type: "string" }, jobs: { type: "string" } },
});
const servers = Number(values.servers ?? 8);
const jobs = Number(values.jobs ?? 1000);
const isFull = values.servers === undefined && values.jobs === undefined;
const began = performance.now();

const load_average = Math.round(Deno.loadavg()[0]! * 10) / 10;
const modes = { warm: "imports", cold: "off" } as const;
const run = (mode: "warm" | "cold", jobs: number) =>
  throughput({
    servers,
    jobs,
    warm: modes[mode],
    onPart: (done, ours, xargs) =>
      say(`${mode}: ${done}/${servers * jobs} jobs, ${rates(ours, xargs)}`),
  });
const warm = await run("warm", jobs);
const cold = await run("cold", jobs / 2);
say("1,000 queued jobs: their memory");
const results: LoadResults = {
  load_average,
  servers,
  parallel: PARALLEL,
  warm,
  cold,
  queued_memory_mb: await queuedMemoryMb(),
};
say(JSON.stringify(results, null, 2));
if (isFull) await writeLoadResults(results);
const isSound = [warm, cold].every(({ wrong, left_over }) => wrong === 0 && left_over === 0);
Deno.exitCode = isSound && results.queued_memory_mb < 50 ? 0 : 1;

function rates(ours: number, xargs: number): string {
  return `${ours.toFixed(0)}/s beside ${xargs.toFixed(0)}/s = ${(ours / xargs).toFixed(2)} x`;
}

function say(text: string): void {
  const seconds = Math.round((performance.now() - began) / 1000);
  Deno.stdout.writeSync(new TextEncoder().encode(`${seconds} s  ${text}\n`));
}
