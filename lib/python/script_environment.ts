import { createHash } from "node:crypto";
import { isAbsolute, join, resolve } from "node:path";
import type { EnvChanges, PrepareStep } from "../base/command.ts";
import { ensureFolder, exists, replacePrivate } from "../base/private_files.ts";
import { findLauncherPython } from "./find_interpreters.ts";
import { formatRequirement, parseRequirement, requirementName } from "./requirement.ts";

/** What an environment is made from. */
export interface EnvironmentSpec {
  /** PEP 508 requirements, in any order and spelling. */
  dependencies: string[];
  /** The `[tool.uv]` table of the script's header. */
  toolUv?: Record<string, unknown>;
  /** What relative paths in `toolUv` start from. */
  scriptFolder: string;
  /** An interpreter's path, or a version for uv to download. */
  base: { path: string } | { download: string };
}

/** An environment that scripts with the same needs share. */
export interface ScriptEnvironment {
  /** Its own interpreter. */
  python: string;
  /** Whether it is there and whole, so that nothing has to be prepared. */
  ready: boolean;
  /** The requirements in one spelling, sorted. */
  dependencies: string[];
  /** What makes it ready, given uv; also writes what these commands read. */
  steps(uv: string): PrepareStep[];
  /** What `uv run` would set as well: the script finds the programs of its dependencies. */
  runEnv(path: string | undefined): EnvChanges;
}

/** Settings meant for people's projects, which would lead our uv commands astray. */
const disturbing: EnvChanges = Object.fromEntries(
  [
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_FROZEN",
    "UV_LOCKED",
    "UV_MANAGED_PYTHON",
    "UV_NO_MANAGED_PYTHON",
    "UV_PROJECT",
    "UV_PYTHON",
    "UV_PYTHON_PREFERENCE",
    "UV_WORKING_DIR",
    "UV_WORKING_DIRECTORY",
  ].map((name) => [name, null]),
);

const steady = ["--no-progress", "--color", "never"];

/** Names the environment for these needs; nothing is made yet. */
export async function scriptEnvironment(
  home: string,
  spec: EnvironmentSpec,
): Promise<ScriptEnvironment> {
  const dependencies = canonicalDependencies(spec.dependencies);
  const script = await canonicalScript(dependencies, spec);
  const base = "path" in spec.base ? Deno.realPathSync(spec.base.path) : spec.base.download;
  const key = createHash("sha256").update(`${script}\0${base}`).digest("hex").slice(0, 32);
  const folder = join(home, "environments", key);
  const venv = join(folder, "venv");
  const python = join(venv, "bin/python");
  const settings = join(venv, "pyvenv.cfg");
  const marker = join(folder, "ready");

  const made = exists(marker);
  const whole = made && exists(python) && exists(settings);
  // What a local source holds may have changed since.
  const ready = whole && !hasLocalSource(dependencies, spec.toolUv);

  const common = { cwd: folder, lock: join(folder, "lock") };
  const env: EnvChanges = { ...disturbing, VIRTUAL_ENV: venv };
  const label = installLabel(dependencies);
  const bare = (base: string) => [base, "-I", "-m", "venv", "--clear", "--without-pip", venv];
  const finish = { saveStdout: marker, ...(made ? {} : { creates: marker }) };

  return {
    python,
    ready,
    dependencies,
    steps(uv) {
      ensureFolder(folder);
      replacePrivate(join(folder, "script.py"), script);
      const steps: PrepareStep[] = [];
      const from = "path" in spec.base ? spec.base.path : spec.base.download;
      if ("download" in spec.base) steps.push({ ...common, ...downloadStep(uv, from, env) });
      if (made && !whole) {
        // uv neither repairs nor removes a folder that no longer looks like an environment.
        const base = "path" in spec.base ? spec.base.path : findLauncherPython();
        steps.push({ ...common, label: "Clearing a broken environment", argv: bare(base), env });
      }
      // `--active` keeps the environment in our folder, where uv's cache cleaning leaves it alone.
      const sync = ["sync", "--quiet", ...steady, "--active", "--script", "script.py"];
      steps.push({
        ...common,
        label,
        argv: [uv, ...sync, "--python", from],
        env: { ...env, UV_PYTHON_DOWNLOADS: "never" },
        ...finish,
      });
      return steps;
    },
    runEnv: (path) => ({
      PYTHONHOME: null,
      VIRTUAL_ENV: venv,
      PATH: path ? `${join(venv, "bin")}:${path}` : join(venv, "bin"),
    }),
  };
}

/** Each requirement in one spelling, sorted, each once. */
function canonicalDependencies(dependencies: string[]): string[] {
  const spelled = dependencies.map((one) => formatRequirement(parseRequirement(one)));
  return [...new Set(spelled)].sort();
}

/** Leaves `requires-python` out: uv then resolves for the interpreter at hand and no other. */
async function canonicalScript(dependencies: string[], spec: EnvironmentSpec): Promise<string> {
  const lines = dependencies.map((one) => `#   ${JSON.stringify(one)},`);
  const tool: string[] = [];
  if (spec.toolUv) {
    const { stringify } = await import("smol-toml");
    const uv = withAbsolutePaths(spec.toolUv, spec.scriptFolder);
    tool.push("#", ...stringify({ tool: { uv } }).trimEnd().split("\n").map((line) => `# ${line}`));
  }
  return ["# /// script", "# dependencies = [", ...lines, "# ]", ...tool, "# ///", ""].join("\n");
}

/** The script of an environment lies elsewhere, so its header's relative paths have to be made whole. */
function withAbsolutePaths(
  toolUv: Record<string, unknown>,
  folder: string,
): Record<string, unknown> {
  const whole = (path: unknown) =>
    typeof path !== "string" || isAbsolute(path) || /^[a-z+]+:/i.test(path) || path.startsWith("~")
      ? path
      : resolve(folder, path);
  const inTable = (table: unknown, key: string): unknown =>
    isTable(table) && key in table ? { ...table, [key]: whole(table[key]) } : table;
  const each = (value: unknown, change: (item: unknown) => unknown): unknown =>
    Array.isArray(value) ? value.map(change) : change(value);

  const result = { ...toolUv };
  if (isTable(result.sources)) {
    result.sources = Object.fromEntries(
      Object.entries(result.sources).map((
        [name, source],
      ) => [name, each(source, (one) => inTable(one, "path"))]),
    );
  }
  if ("index" in result) result.index = each(result.index, (one) => inTable(one, "url"));
  if ("find-links" in result) result["find-links"] = each(result["find-links"], whole);
  return result;
}

function hasLocalSource(dependencies: string[], toolUv: Record<string, unknown> | undefined) {
  const sources = isTable(toolUv?.sources) ? Object.values(toolUv.sources).flat() : [];
  return sources.some((one) => isTable(one) && "path" in one) ||
    dependencies.some((one) => {
      const { url } = parseRequirement(one);
      return url !== undefined && (url.startsWith("file:") || !url.includes("://"));
    });
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Quick to fail where nothing can be downloaded, patient where it is merely slow. */
function downloadStep(
  uv: string,
  version: string,
  env: EnvChanges,
): Pick<PrepareStep, "label" | "argv" | "env" | "timeLimit"> {
  return {
    label: `Downloading Python ${version}`,
    argv: [uv, "python", "install", "--no-bin", ...steady, version],
    env: { ...env, UV_HTTP_RETRIES: "0", UV_HTTP_TIMEOUT: "10" },
    timeLimit: 600,
  };
}

function installLabel(dependencies: string[]): string {
  if (dependencies.length === 0) return "Preparing an environment";
  const names = dependencies.map(requirementName);
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5
    ? `Installing ${shown} and ${names.length - 5} more`
    : `Installing ${shown}`;
}
