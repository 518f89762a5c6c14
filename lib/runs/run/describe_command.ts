import { relative } from "node:path";
import type { PythonRun, RunOptions } from "./run_options.ts";
import { shellWords } from "./shell_words.ts";

const LONGEST = 120;

/** What a run runs, in a line: script, arguments, folder; at most 120 characters. */
export function describeCommand(
  { script, directory }: PythonRun,
  { args = [] }: RunOptions,
): string {
  const what = script.module !== undefined
    ? ["-m", script.module]
    : script.path === undefined
    ? ["(inline code)"]
    : [below(directory, script.path)];
  const words = script.path === undefined && script.module === undefined
    ? [...what, ...args.length > 0 ? [shellWords(args)] : []].join(" ")
    : shellWords([...what, ...args]);
  const text = directory === undefined ? words : `${words} in ${directory}`;
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

function below(folder: string | undefined, path: string): string {
  const inside = folder === undefined ? path : relative(folder, path);
  return inside === "" || inside.startsWith("..") ? path : inside;
}
