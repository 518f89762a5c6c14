import { fileURLToPath } from "node:url";
import type { ColdAndWarm } from "../helpers/compare_runs.ts";

/** Those that take a second or two. */
export const QUICK = [
  "test_atexit",
  "test_select",
  "test_resource",
  "test_runpy",
  "test_pty",
  "test_tempfile",
  "test_warnings",
  "test_posix",
  "test_sys",
  "test_site",
  "test_raise",
  "test_exceptions",
];
export const ALL = [
  ...QUICK,
  "test_signal",
  "test_os",
  "test_io",
  "test_threading",
  "test_subprocess",
  "test_faulthandler",
  "test_cmd_line_script",
  "test_logging",
  "test_socket",
  "test_asyncio",
  "test_concurrent_futures",
  "test_multiprocessing_fork",
  "test_multiprocessing_spawn",
  "test_multiprocessing_forkserver",
];
const LONGEST_MS = 600_000;
const SCRIPT = fileURLToPath(new URL("run_tests.py", import.meta.url));

/** The results of the tests of a module, by their names; `exit` is the exit code. */
export type Results = Record<string, string>;

export interface Compared {
  bare: Results;
  cold: Results;
  warm: Results;
  /** Why the warm run was cold after all. */
  reason: unknown;
}

/** Runs a module of CPython's tests by itself, as a cold job and as a warm one. */
export async function compareModule(runs: ColdAndWarm, module: string): Promise<Compared> {
  const file = (kind: string) => runs.home.join(`${module}.${kind}.xml`);
  const options = (kind: string) => ["--junit-xml", file(kind), module];
  const { code, signal } = await new Deno.Command(runs.python, {
    args: [SCRIPT, ...options("bare")],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(LONGEST_MS),
  }).output();
  if (signal === "SIGTERM") throw new Error(`${module} does not end here, bare, in ten minutes`);
  const asJob = (kind: "cold" | "warm") =>
    runs.runInBackground(runs[kind], { script_path: SCRIPT, args: options(kind) });
  const cold = await asJob("cold");
  const warm = await asJob("warm");
  return {
    bare: resultsIn(file("bare"), code),
    cold: resultsIn(file("cold"), cold.exit_code),
    warm: resultsIn(file("warm"), warm.exit_code),
    reason: warm.cold,
  };
}

export function differences({ bare, cold, warm, reason }: Compared): string[] {
  const names = new Set([bare, cold, warm].flatMap((one) => Object.keys(one)));
  const found = [...names].filter((name) =>
    !(bare[name] === cold[name] && bare[name] === warm[name])
  )
    .map((name) => `${name}: bare ${bare[name]}, cold ${cold[name]}, warm ${warm[name]}`);
  return reason === undefined ? found : [`it was cold: ${reason}`, ...found];
}

function resultsIn(path: string, exitCode: unknown): Results {
  let xml = "";
  try {
    xml = Deno.readTextFileSync(path);
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
