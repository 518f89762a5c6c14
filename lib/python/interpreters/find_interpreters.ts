import { dirname, join } from "node:path";
import { exists, readIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import {
  type Executable,
  executableAt,
  isShimFolder,
  namesIn,
  programFolders,
  pyenvRoot,
  standardFolders,
} from "./find_executables.ts";
import { type Probed, probeInterpreters } from "./probe_interpreters.ts";
import { compareVersions, isSupportedVersion, type PythonVersion } from "./python_version.ts";

/** An interpreter that scripts can run on. */
export interface Interpreter {
  path: string;
  /** e.g. `3.12.4` */
  version: string;
}

type Env = Record<string, string>;

/** What was found for a request that the default does not fit; looking again takes 4 ms. */
const chosen = new Map<string, Interpreter>();

/**
 * A Python (3.8 or newer, as far as its path tells) to run our own helpers with, found without
 * starting a process.
 */
export function findLauncherPython(env: Env = Deno.env.toObject()): string {
  // What the system installs stays; versions of pyenv come and go.
  for (const folder of standardFolders) {
    const found = executableAt(join(folder, "python3"));
    if (found && mayBeSupported(found)) return found.path;
  }
  return defaultInterpreter(env);
}

/** The interpreter that `python3` means in a terminal, found without starting a process. */
export function defaultInterpreter(env: Env = Deno.env.toObject()): string {
  for (const { path } of candidates(env)) return path;
  throw noneInstalled();
}

/**
 * The default interpreter, if it is what was asked for, else the newest one that is.
 *
 * @throws {UserError} that lists what there is, when nothing fits
 */
export async function findInterpreter(
  request?: PythonVersion,
  env: Env = Deno.env.toObject(),
): Promise<Interpreter> {
  const fits = (version: string) => request?.matches(version) ?? true;
  for (const first of candidates(env)) {
    const version = await interpreterVersion(first.path);
    if (version && isSupportedVersion(version) && fits(version)) {
      return { path: first.path, version };
    }
    break;
  }

  const key = [request?.text, env.PATH, env.HOME, env.PYENV_ROOT].join("\0");
  const before = chosen.get(key);
  if (before && executableAt(before.path)) return before;
  const all = await listInterpreters(env);
  const match = all.find(({ version }) => fits(version));
  if (match) {
    chosen.set(key, match);
    return match;
  }
  if (!request || all.length === 0) throw noneInstalled();
  throw new UserError(
    `Cannot run with \`python_version\` ${
      JSON.stringify(request.text)
    }: no Python on this machine matches. ` +
      `There is ${describeInterpreters(all)}. ` +
      "Ask for one of these, leave the version out, or install the version.",
  );
}

/** The version of one interpreter; `undefined` when it does not answer. */
export async function interpreterVersion(path: string): Promise<string | undefined> {
  const found = executableAt(path);
  return found &&
    (versionInPath(found) ?? (await probeInterpreters([found], findLauncherPython()))[0]?.version);
}

/** Every interpreter there is, ordinary ones first, newer ones before older ones. */
export async function listInterpreters(env: Env = Deno.env.toObject()): Promise<Interpreter[]> {
  return (await probeAll(env)).map(({ path, version }) => ({ path, version }));
}

/** An interpreter that has pip, `preferred` if it does. */
export async function findInterpreterWithPip(
  preferred: string,
  env: Env = Deno.env.toObject(),
): Promise<string | undefined> {
  const withPip = (await probeAll(env)).filter(({ hasPip }) => hasPip).map(({ path }) => path);
  return withPip.find((path) => path === preferred) ?? withPip[0];
}

/** For errors: `3.12.4 (/usr/bin/python3), 3.11.7 (…)`, each version once. */
export function describeInterpreters(interpreters: Interpreter[]): string {
  const byVersion = new Map<string, string>();
  for (const { version, path } of interpreters) {
    if (!byVersion.has(version)) byVersion.set(version, path);
  }
  return [...byVersion].map(([version, path]) => `${version} (${path})`).join(", ");
}

/** A version that the interpreter's place gives away, so that it need not be started. */
function versionInPath({ path, realPath }: Executable): string | undefined {
  const inFolder = /\/versions\/(3\.\d+\.\d+)\/bin\//.exec(realPath) ??
    /\/cpython-(3\.\d+\.\d+)[-+][^/]*\/bin\//.exec(realPath);
  if (inFolder) return inFolder[1];
  try {
    const settings = Deno.readTextFileSync(join(dirname(dirname(path)), "pyvenv.cfg"));
    return versionInSettings(settings);
  } catch {
    return undefined;
  }
}

/** The version that an environment's `pyvenv.cfg` names: `version` by venv, `version_info` by uv. */
export function versionInSettings(pyvenvCfg: string): string | undefined {
  return /^version(?:_info)?\s*=\s*(\d+\.\d+\.\d+)/m.exec(pyvenvCfg)?.[1];
}

/** Whether nothing in the path says that the interpreter is too old. */
function mayBeSupported(candidate: Executable): boolean {
  const version = /\/versions\/(\d+\.\d+\.\d+)\/bin\//.exec(candidate.realPath)?.[1] ??
    /\/python(\d+(?:\.\d+)?)$/.exec(candidate.realPath)?.[1];
  // `python3` alone says nothing about the minor version.
  return version === undefined || version === "3" || isSupportedVersion(version);
}

/** What looks like an interpreter and is not too old: the default first, each file once. */
function* candidates(env: Env): Generator<Executable> {
  const seen = new Set<string>();
  for (const path of likelyPaths(env)) {
    const found = executableAt(path);
    if (!found || !mayBeSupported(found)) continue;
    // Most callers want the first one alone.
    if (seen.size > 0 && seen.has(identity(found))) continue;
    yield found;
    seen.add(identity(found));
  }
}

function* likelyPaths(env: Env): Generator<string> {
  for (const folder of programFolders(env)) {
    const names = namesIn(folder);
    if (isShimFolder(folder)) {
      if (folder === join(pyenvRoot(env), "shims") && names.includes("python3")) {
        yield* pyenvChoice(env);
      }
      continue;
    }
    for (const name of interpreterNames(names)) yield join(folder, name);
  }
  for (const root of versionFolders(env)) {
    for (const name of namesIn(root)) yield join(root, name, "bin/python3");
  }
}

const chosenNames = new WeakMap<string[], string[]>();

/** Those of interpreters, the default first; looked for once in a listing, which may have thousands. */
function interpreterNames(listing: string[]): string[] {
  let names = chosenNames.get(listing);
  if (!names) {
    names = listing.filter((one) => /^python(3(\.\d+)?)?$/.test(one)).sort(byDefault);
    chosenNames.set(listing, names);
  }
  return names;
}

/**
 * A virtual environment's interpreter is another one than the file it links to, and the same under all
 * its names there.
 */
function identity({ path, realPath }: Executable): string {
  const folder = dirname(dirname(path));
  return exists(join(folder, "pyvenv.cfg")) ? `${folder}\0${realPath}` : realPath;
}

/** `python3` first: it is what people get when they do not say which. */
function byDefault(a: string, b: string): number {
  return Number(b === "python3") - Number(a === "python3") || (a < b ? -1 : 1);
}

/** What the pyenv shim would start, without starting it. */
function pyenvChoice(env: Env): string[] {
  const root = pyenvRoot(env);
  const chosen = env.PYENV_VERSION || readIfThere(join(root, "version")) || "";
  const name = chosen.split(/[:\s]/).find((part) => part !== "");
  if (name === undefined || name === "system") return [];
  // pyenv takes `3.12` for the newest 3.12 that it has.
  const installed = namesIn(join(root, "versions"));
  const newest = installed.filter((one) => one.startsWith(`${name}.`)).sort(compareVersions).at(-1);
  const version = installed.includes(name) ? name : newest;
  return version === undefined ? [] : [join(root, "versions", version, "bin/python3")];
}

function versionFolders(env: Env): string[] {
  const data = env.XDG_DATA_HOME || join(env.HOME ?? "/", ".local/share");
  return [
    join(pyenvRoot(env), "versions"),
    env.UV_PYTHON_INSTALL_DIR || join(data, "uv/python"),
  ];
}

async function probeAll(env: Env): Promise<Probed[]> {
  const answers = await probeInterpreters([...candidates(env)], findLauncherPython(env));
  return answers
    .filter((one): one is Probed => one !== null && isSupportedVersion(one.version))
    .sort((a, b) =>
      Number(b.ordinary) - Number(a.ordinary) || compareVersions(b.version, a.version)
    );
}

function noneInstalled(): UserError {
  return new UserError(
    "Cannot run Python: no interpreter of version 3.8 or newer was found on PATH, in the " +
      "standard folders, in pyenv or among uv's own. Install Python 3 and try again.",
  );
}
