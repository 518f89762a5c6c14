import { fileURLToPath } from "node:url";
import type { Connection } from "../helpers/connect.ts";
import type { ColdAndWarm } from "../helpers/compare_runs.ts";
import { runProcess } from "../helpers/run_process.ts";
import { LEFT_OUT } from "./modules.ts";

const SCRIPT = fileURLToPath(new URL("run_tests.py", import.meta.url));
/** A job may take so much longer than bare: the machine may be busier then. */
const SLOWER = 3;
const LEAST_SECONDS = 60;
const MOST_TRIES = 3;

/** The results of the tests of a module, by their names; `exit` is the exit code. */
export type Results = Record<string, string>;

export interface Compared {
  bare: Results;
  cold: Results;
  warm: Results;
  /** Why the warm run was cold after all. */
  reason: unknown;
}

export interface CompareOptions {
  /** Only tests that match one of these patterns, as `python -m test --match` takes them. */
  match?: string[];
  /** For the bare run; 600 by default. */
  limitSeconds?: number;
  /** Is told how long each of the three runs took. */
  onRun?: (kind: string, seconds: number) => void;
}

/** That a module does not end by itself, without any of our program. */
export class NotComparable extends Error {}

/**
 * Runs a module of CPython's tests by itself, as a cold job and as a warm one.
 *
 * @throws {NotComparable} where it does not end bare in time.
 */
export async function compareModule(
  runs: ColdAndWarm,
  module: string,
  { match = [], limitSeconds = 600, onRun = () => {} }: CompareOptions = {},
): Promise<Compared> {
  const file = (kind: string) => runs.home.join(`${module}.${kind}.xml`);
  const chosen = [
    ...match.flatMap((pattern) => ["--match", pattern]),
    ...Object.keys(LEFT_OUT[module] ?? {}).flatMap((pattern) => ["--ignore", pattern]),
  ];
  const options = (kind: string) => ["-v", "--junit-xml", file(kind), ...chosen, module];
  const timed = async <T>(kind: string, run: Promise<T>): Promise<[T, number]> => {
    const began = performance.now();
    const result = await run;
    const seconds = (performance.now() - began) / 1000;
    onRun(kind, seconds);
    return [result, seconds];
  };

  const command = [runs.python, SCRIPT, ...options("bare")];
  // It ends what the tests have started as well.
  const limit = ["timeout", "--kill-after=5", String(limitSeconds)];
  const [bare, seconds] = await timed("bare", runProcess([...limit, ...command]));
  if (bare.code === 124 || bare.code === 137) {
    const last = bare.stdout.trimEnd().split("\n").at(-1);
    throw new NotComparable(`does not end bare in ${limitSeconds} s, but stays at: ${last}`);
  }
  const asJob = (server: Connection, kind: string) =>
    runs.runInBackground(server, {
      script_path: SCRIPT,
      args: options(kind),
      timeout_seconds: Math.ceil(LEAST_SECONDS + SLOWER * seconds),
    });
  // A host ends after some runs, and when it was idle for as long as the others took.
  const asWarmJob = async () => {
    await runs.untilWarm({ script_content: "print(1)" });
    return await asJob(runs.warm, "warm");
  };
  const [cold] = await timed("cold", asJob(runs.cold, "cold"));
  let [warm] = await timed("warm", asWarmJob());
  for (let tries = 1; warm.cold !== undefined && tries < MOST_TRIES; tries++) {
    [warm] = await timed(`was cold: ${warm.cold}; warm again`, asWarmJob());
  }
  return {
    bare: resultsIn(file("bare"), bare.code),
    cold: resultsIn(file("cold"), cold.exit_code),
    warm: resultsIn(file("warm"), warm.exit_code),
    reason: warm.cold,
  };
}

/** The names of the tests, and `exit`, whose results are not the same. */
export function differing({ bare, cold, warm }: Compared): string[] {
  const names = new Set([bare, cold, warm].flatMap((one) => Object.keys(one)));
  return [...names].filter((name) => !(bare[name] === cold[name] && bare[name] === warm[name]));
}

export function describe({ bare, cold, warm }: Compared, name: string): string {
  return `${name}: bare ${bare[name]}, cold ${cold[name]}, warm ${warm[name]}`;
}

export function differences(compared: Compared): string[] {
  const found = differing(compared).map((name) => describe(compared, name));
  return compared.reason === undefined ? found : [`it was cold: ${compared.reason}`, ...found];
}

function resultsIn(path: string, exitCode: unknown): Results {
  let xml = "";
  try {
    xml = Deno.readTextFileSync(path);
    Deno.removeSync(path);
  } catch {
    // It ended before it had a result.
  }
  const results: Results = { exit: String(exitCode) };
  for (
    const [, attributes, content] of xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)
  ) {
    const name = /name="([^"]*)"/.exec(attributes!)?.[1] ?? "?";
    const outcome = /<(skipped|failure|error)\b/.exec(content ?? "")?.[1] ?? "ok";
    results[name] = outcome;
  }
  return results;
}
