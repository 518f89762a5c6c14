import { optionalGroupWith } from "../requirements/optional_groups.ts";
import { OwnCode } from "../requirements/own_code.ts";
import { loadDistributionTable } from "../source/distribution_for_import.ts";
import { howToImport, type RunPlace } from "./own_module.ts";

/** How a script ended. */
export interface FailedRun {
  /** The end of what it printed there, readable. */
  stderr: string;
  /** What {@linkcode explainScriptError} says. */
  error: string;
  /** 128 + N when signal N ended it. */
  exitCode: number;
  /** What it had used of the CPU; 0 where nobody knows. */
  cpuSeconds: number;
  /** Whether it ran without uv: then nothing can be installed for it. */
  withoutUv: boolean;
  /** Where it ran: what lies there may be what it misses. */
  place?: RunPlace & { directory: string };
}

/** By an import, or by `python -m`. */
const missing =
  /^(?:\/\S+: )?(?:(?:Error while finding module .*)?\(?ModuleNotFoundError: )?No module named '?([\w.]+)/;

/** What to do about the most frequent failures, in one sentence; `undefined` for all others. */
export async function adviseOnError(run: FailedRun): Promise<string | undefined> {
  const { error, exitCode } = run;
  const module = missing.exec(error)?.[1];
  if (module !== undefined) {
    return await missingOfOwn(module, run) ?? await missingModule(module, run);
  }
  const library = /\b(lib[\w+.-]*\.so(?:\.\d+)*): cannot open shared object file/.exec(error)?.[1];
  if (library !== undefined) return missingLibrary(library, run.stderr);
  if (/^(?:Syntax|Indentation|Tab)Error\b/.test(error)) return notCompiled(error, run.stderr);
  if (/^(?:\w+\.)*MemoryError\b|ArrayMemoryError/.test(error)) {
    return "The script asked for more memory than there is: work on less data at once";
  }
  return ofSignal(exitCode, run.cpuSeconds);
}

/** A limit on CPU time kills at a whole second, as the system counts, which looks a few times a second; less often when busy. */
const NEAR_LIMIT_SECONDS = 0.3;

function ofSignal(exitCode: number, cpuSeconds: number): string | undefined {
  const limit = Math.round(cpuSeconds);
  const isAtLimit = limit > 0 && Math.abs(cpuSeconds - limit) < NEAR_LIMIT_SECONDS;
  if (exitCode === 152 || (exitCode === 137 && isAtLimit)) {
    return `It had used ${limit} s of the CPU when it was killed, which was its limit (ulimit -t, ` +
      "RLIMIT_CPU): raise it, or do less at once" +
      (exitCode === 137 ? "; if it has no such limit, the system had run out of memory" : "");
  }
  if (exitCode === 153) {
    return "It wrote a file that grew larger than its limit (ulimit -f, RLIMIT_FSIZE): raise it, or " +
      "write smaller files";
  }
  if (exitCode === 137) {
    return "It was killed (SIGKILL). Unless the script or another program did that, the system had " +
      "run out of memory: work on less data at once, or with fewer processes";
  }
  return undefined;
}

/** A module that is there, and only not for this run. */
async function missingOfOwn(module: string, { place }: FailedRun): Promise<string | undefined> {
  if (!place) return undefined;
  const { folder, directory } = place;
  const own = (await OwnCode.around([folder, directory], Deno.env.toObject()))
    .find(module.split(".")[0]!);
  if (own === undefined) return undefined;
  return own.root === folder
    ? `${own.name} is your own, in ${folder}, and has no ${module}`
    : howToImport(own, place);
}

async function missingModule(
  module: string,
  { stderr, withoutUv, place }: FailedRun,
): Promise<string> {
  const topLevel = module.split(".")[0]!;
  const since = await addedIn(topLevel);
  if (since !== undefined) {
    return `${topLevel} is part of Python from ${since} on: ask for it with python_version ` +
      `">=${since}"`;
  }
  const provided = (await loadDistributionTable()).find(module);
  if (!provided) {
    return `No well-known distribution has a module ${topLevel}: if it is one of your own files, ` +
      "run in the folder that holds it; else find the distribution's name and add it to " +
      "`dependencies`";
  }
  const { distribution } = provided;
  const group = place && await optionalGroupWith(distribution, place.folder, Deno.env.toObject());
  if (group !== undefined) {
    return `${distribution} is in ${group}, which is not installed for every run: name it in ` +
      "`default-groups` of `[tool.uv]`, or run with `dependencies`: " +
      `["${distribution}"] and ignore_project_requirements: false`;
  }
  const add = `add "${distribution}" to \`dependencies\` of py_run_script_with_dependencies`;
  // A header is for files of Python alone.
  const how = cellIn(stderr) !== undefined ? add : `${add}, or start the script with the lines ` +
    `\`# /// script\`, \`# dependencies = ["${distribution}"]\`, \`# ///\``;
  const what = `The module ${provided.module} comes with the distribution ${distribution}`;
  return withoutUv ? `${what}: run with use_uv: true and ${how}` : `${what}: ${how}`;
}

async function addedIn(module: string): Promise<string | undefined> {
  const file = await import("../source/standard_library.json", { with: { type: "json" } });
  return (file.default.since as Record<string, string>)[module];
}

/** Debian packages where the name does not follow from that of the library. */
const PACKAGES: Record<string, string> = {
  "libEGL.so.1": "libegl1",
  "libGL.so.1": "libgl1",
  "libcairo.so.2": "libcairo2",
  "libcups.so.2": "libcups2",
  "libgobject-2.0.so.0": "libglib2.0-0",
  "libgthread-2.0.so.0": "libglib2.0-0",
  "libglib-2.0.so.0": "libglib2.0-0",
  "libmariadb.so.3": "libmariadb3",
  "libnss3.so": "libnss3",
  "libodbc.so.2": "unixodbc",
  "libpango-1.0.so.0": "libpango-1.0-0",
  "libpangocairo-1.0.so.0": "libpangocairo-1.0-0",
  "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
  "libtk8.6.so": "libtk8.6",
};

function missingLibrary(library: string, stderr: string): string {
  const advice = `The system library ${library} is missing: on Debian and Ubuntu install ` +
    `${packageOf(library)} (\`apt install ${packageOf(library)}\`)`;
  return /^libGL\b/.test(library) && /\bcv2\b/.test(stderr)
    ? `${advice}, or use opencv-python-headless instead of opencv-python`
    : advice;
}

/** By Debian's rule for libraries (policy, 8.1): name and number, a dash between two digits. */
function packageOf(library: string): string {
  const known = PACKAGES[library];
  if (known !== undefined) return known;
  const [, name = library, number = ""] = /^(.*?)\.so(?:\.(\d+))?/.exec(library) ?? [];
  const plain = name.toLowerCase().replaceAll("_", "-");
  return /\d$/.test(plain) && number !== "" ? `${plain}-${number}` : plain + number;
}

/** The number of the cell that failed, where a notebook ran. */
function cellIn(stderr: string): string | undefined {
  return /^ {2}In cell (\d+) of .*\.ipynb$/m.exec(stderr)?.[1];
}

function notCompiled(error: string, stderr: string): string {
  const cell = cellIn(stderr);
  if (cell !== undefined) {
    return `Cell ${cell} is not valid Python, and the cells before it ran: correct that cell`;
  }
  const line = [...stderr.matchAll(/^\s*File ".*", line (\d+)\s*$/gm)].at(-1)?.[1];
  const where = line === undefined ? "" : ` (line ${line})`;
  return /Missing parentheses in call to '(?:print|exec)'/.test(error)
    ? `The script is written for Python 2${where}, which is not supported: translate it to Python 3`
    : `The script is not valid Python${where}, and nothing of it ran: correct that line`;
}
