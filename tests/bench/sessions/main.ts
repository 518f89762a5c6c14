/**
 * `deno task bench:sessions`: the same work in a session of this server and through jupyter-mcp-server,
 * one after the other in one run. What came of it goes to `results.json`.
 */
import { TestHome } from "../../helpers/test_home.ts";
import type { Contender, Kernel } from "./contender.ts";
import { Jupyter } from "./jupyter.ts";
import { ours, untilEnded } from "./ours.ts";
import type { SessionRow } from "./results.ts";

const CELLS = 20;
const LONG = "import time\ntime.sleep(90)\n'slept'";

await using home = await TestHome.create();
Deno.mkdirSync(home.join("jupyter"));
const mine = await ours(home.join("home"));
Deno.mkdirSync(home.join("home"), { mode: 0o700 });
await using theirs = await Jupyter.install(home.join("jupyter"));
const rows: SessionRow[] = [];
try {
  await prepare(mine);
  const [my, their] = [await measure(mine), await measure(theirs)];
  for (const [at, what] of my.entries()) {
    rows.push({ what: what[0], ours: what[1], theirs: their[at]![1] });
  }
  rows[0]!.theirs += ` (JupyterLab itself, before that: ${seconds(theirs.labSeconds)})`;
} finally {
  await using kernel = await mine.start();
  await kernel.call("py_session_end", {});
}
const text = JSON.stringify(rows, null, 2) + "\n";
say(text);
await Deno.writeTextFile(new URL("results.json", import.meta.url), text);

/** What the first use installs, later ones find. */
async function prepare(contender: Contender): Promise<void> {
  await using kernel = await contender.start();
  const first = await kernel.run("1");
  if (first.json.job_id) await untilEnded(kernel, first.json.job_id);
  await kernel.call("py_session_end", {});
}

async function measure(contender: Contender): Promise<[what: string, value: string][]> {
  const began = performance.now();
  const first = await contender.start();
  await first.run("1");
  const start = (performance.now() - began) / 1000;
  const times: number[] = [];
  await first.run("x = 41");
  for (let cell = 0; cell < CELLS; cell++) times.push((await first.run("x + 1")).seconds);
  say(`started in ${seconds(start)}, a cell took ${milliseconds(median(times))}`);
  Deno.kill(first.pid, "SIGKILL");
  await using second = await contender.start();
  const kept = await second.run("x");
  await second.run("x = 41");
  const long = await runLong(second);
  say(`a cell of 90 s: ${long}`);
  const interrupted = await contender.interrupt(second);
  const after = await second.run("x");
  return [
    ["start of the server to its first cell's answer", seconds(start)],
    [`a cell \`x + 1\`, median of ${CELLS}`, milliseconds(median(times))],
    ["`x` after `kill -9` of the server, asked of a new one", lastLine(kept.text)],
    ["a cell of 90 s, called with the defaults", long],
    [
      "a cell interrupted: until its end",
      `after ${seconds(interrupted.seconds)}: ${lastLine(interrupted.text)}`,
    ],
    ["`x` after that", lastLine(after.text)],
  ];
}

async function runLong(kernel: Kernel): Promise<string> {
  const called = await kernel.run(LONG);
  const { job_id } = called.json;
  const first = `after ${seconds(called.seconds)}: ${job_id ? "a job" : lastLine(called.text)}`;
  if (!job_id) return first;
  const began = performance.now();
  const { text } = await untilEnded(kernel, job_id);
  return `${first}; after ${
    seconds(called.seconds + (performance.now() - began) / 1000)
  } its result, ${text}`;
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)!.slice(0, 100);
}

function seconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}

function milliseconds(value: number): string {
  return `${Math.round(value * 1000)} ms`;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
