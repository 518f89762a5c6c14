import { dirname } from "node:path";
import { allInterpreters } from "../helpers/interpreters.ts";
import { run } from "./processes.ts";

const STARTS = 15;

/** The Python that everything is measured beside. */
export interface FastestPython {
  path: string;
  /** As tables name it. */
  name: string;
  /** The environment of a server that finds it before all others. */
  env: Record<string, string>;
}

/**
 * The Python of this machine that starts fastest: beside one that takes its time, whatever is added
 * looks like little.
 */
export async function fastestPython(): Promise<FastestPython> {
  const shortest = new Map(allInterpreters.map((one) => [one, Infinity]));
  // In turn: the machine may be slow for a while.
  for (let round = 0; round < STARTS; round++) {
    for (const [one, best] of shortest) shortest.set(one, Math.min(best, await start(one.path)));
  }
  const [fastest] = [...shortest].sort(([, a], [, b]) => a - b);
  const { path, version } = fastest![0];
  const env = { PATH: `${dirname(path)}:/usr/bin:/bin`, PYENV_ROOT: "/nowhere" };
  return { path, name: `Python ${version} (\`${path}\`)`, env };
}

/** How long a start takes; milliseconds. */
async function start(python: string): Promise<number> {
  const began = performance.now();
  await run([python, "-c", "print(1)"], "/");
  return performance.now() - began;
}
