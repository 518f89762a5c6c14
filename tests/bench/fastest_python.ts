import { dirname } from "node:path";
import { allInterpreters } from "../helpers/interpreters.ts";
import { run } from "./processes.ts";

const STARTS = 7;

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
  let best = Infinity;
  let fastest = allInterpreters[0]!;
  for (const one of allInterpreters) {
    const took = await shortestStart(one.path);
    if (took < best) [best, fastest] = [took, one];
  }
  const { path, version } = fastest;
  const env = { PATH: `${dirname(path)}:/usr/bin:/bin`, PYENV_ROOT: "/nowhere" };
  return { path, name: `Python ${version} (\`${path}\`)`, env };
}

async function shortestStart(python: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < STARTS; n++) {
    const began = performance.now();
    await run([python, "-c", "print(1)"], "/");
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}
