import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { EnvChanges, PrepareStep } from "../../base/command.ts";
import {
  ensureFolder,
  exists,
  readJsonIfThere,
  removeIfThere,
  replacePrivate,
} from "../../base/private_files.ts";
import {
  canonicalScript,
  hasLocalSource,
  type ScriptNeeds,
} from "../requirements/canonical_script.ts";
import { findLauncherPython } from "../interpreters/find_interpreters.ts";
import program from "./prepare_environment.py" with { type: "text" };
import { markUse, useMarker } from "./remove_environments.ts";
import type { RequirementsFile } from "../requirements/requirements_file.ts";

/** What an environment is made from. */
export type Recipe =
  /** Requirements that uv resolves; `fingerprint` stands for what they depend on besides. */
  | { kind: "script"; needs: ScriptNeeds; fingerprint?: string }
  /** A project with a `uv.lock`, which is taken as it is. */
  | { kind: "locked"; folder: string; fingerprint: string }
  /** A requirements file, read by uv itself, and requirements besides. */
  | { kind: "requirements"; file: RequirementsFile; dependencies: string[] };

/** An interpreter's path, or a version for uv to download. */
export type BasePython = { path: string } | { download: string };

/** An environment that scripts with the same needs share. */
export interface ScriptEnvironment {
  /** Its own interpreter. */
  python: string;
  /** Whether it is there and whole, so that nothing has to be prepared. */
  ready: boolean;
  /** What makes it ready, given uv; also writes what these commands read. */
  steps(uv: string): PrepareStep[];
}

/** Settings meant for people's projects, which would lead our uv commands astray. */
const disturbing: EnvChanges = Object.fromEntries(
  [
    "DIST_EXTRA_CONFIG",
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_FROZEN",
    "UV_LOCKED",
    "UV_MANAGED_PYTHON",
    "UV_NO_MANAGED_PYTHON",
    "UV_NO_SYNC",
    "UV_PROJECT",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_PYTHON_PREFERENCE",
    "UV_SYSTEM_PYTHON",
    "UV_WORKING_DIR",
    "UV_WORKING_DIRECTORY",
  ].map((name) => [name, null]),
);

const steady = ["--no-progress", "--color", "never"];

/**
 * Names the environment for these needs, and notes that it is used; nothing is made yet.
 *
 * @param label what people read while it is made
 * @param settings what else decides what is installed, such as the package index; no secrets
 */
export async function scriptEnvironment(
  home: string,
  { recipe, besides = [], base, label, settings }: {
    recipe: Recipe;
    /** Requirements that are installed after all others, where these do not hold them. */
    besides?: readonly string[];
    base: BasePython;
    label: string;
    settings: string;
  },
): Promise<ScriptEnvironment> {
  const content = await contentOf(recipe);
  const python = "path" in base ? Deno.realPathSync(base.path) : base.download;
  const named = [content, python, settings, ...besides].join("\0");
  const key = createHash("sha256").update(named).digest("hex");
  const folder = join(home, "environments", key.slice(0, 32));
  const venv = join(folder, "venv");
  const marker = useMarker(folder);
  const contents = join(folder, "contents.json");

  const made = markUse(folder);
  const whole = made && isWhole(venv, contents);
  const ready = whole && !mayHaveChanged(recipe);

  return {
    python: join(venv, "bin/python"),
    ready,
    steps(uv) {
      ensureFolder(folder);
      // Whoever gets the lock first rebuilds it; those who waited find the marker again.
      if (made && !whole) removeIfThere(marker);
      // In files, since a requirement may hold a password.
      const script = join(folder, "script.py");
      if (recipe.kind === "script") replacePrivate(script, content);
      const added = join(folder, "added.txt");
      if (recipe.kind === "requirements") replacePrivate(added, recipe.dependencies.join("\n"));
      const env: EnvChanges = { ...disturbing, ...buildsElsewhere(folder), VIRTUAL_ENV: venv };
      const from = "path" in base ? base.path : base.download;
      const commands = commandsFor(recipe, { uv, from, venv, script, added });
      if (besides.length > 0) commands.push([...pipInstall(uv, venv), ...besides]);
      const spec = JSON.stringify({ venv, marker, contents, commands });
      const common = {
        cwd: recipe.kind === "requirements" ? dirname(recipe.file.path) : folder,
        lock: join(folder, "lock"),
      };
      const steps: PrepareStep[] = [];
      if ("download" in base) steps.push({ ...common, ...downloadStep(uv, from, env) });
      steps.push({
        ...common,
        label,
        argv: [findLauncherPython(), "-I", installProgram(home), spec],
        env: { ...env, UV_PROJECT_ENVIRONMENT: venv, UV_PYTHON_DOWNLOADS: "never" },
        save_stdout_to: marker,
        ...(whole ? {} : { creates: marker }),
      });
      return steps;
    },
  };
}

/** What `uv run` would set as well: the script finds the programs of its dependencies. */
export function environmentVariables(venv: string, path: string | undefined): EnvChanges {
  const programs = join(venv, "bin");
  return { PYTHONHOME: null, VIRTUAL_ENV: venv, PATH: path ? `${programs}:${path}` : programs };
}

async function contentOf(recipe: Recipe): Promise<string> {
  switch (recipe.kind) {
    case "script":
      return await canonicalScript(recipe.needs) + (recipe.fingerprint ?? "");
    case "locked":
      return `${recipe.folder}\0${recipe.fingerprint}`;
    case "requirements":
      return [recipe.file.text, ...recipe.dependencies].join("\0");
  }
}

function commandsFor(
  recipe: Recipe,
  { uv, from, venv, script, added }: Record<"uv" | "from" | "venv" | "script" | "added", string>,
): string[][] {
  const python = ["--python", from];
  switch (recipe.kind) {
    case "script":
      // `--active` keeps the environment in our folder, where uv's cache cleaning leaves it alone.
      return [[uv, "sync", ...steady, "--active", "--script", script, ...python]];
    case "locked":
      return [
        [uv, "sync", ...steady, "--frozen", "--project", recipe.folder, ...python],
      ];
    case "requirements":
      return [
        [uv, "venv", "--quiet", ...steady, "--no-project", "--allow-existing", ...python, venv],
        pipInstall(uv, venv)
          .concat("--requirements", recipe.file.path, "--requirements", added),
      ];
  }
}

function pipInstall(uv: string, venv: string): string[] {
  return [uv, "pip", "install", ...steady, "--python", venv];
}

/** Whether the interpreter is there, and all that was installed. */
function isWhole(venv: string, contents: string): boolean {
  if (!exists(join(venv, "bin/python")) || !exists(join(venv, "pyvenv.cfg"))) return false;
  const installed = readJsonIfThere<Record<string, string[]>>(contents);
  if (!installed) return false;
  return Object.entries(installed).every(([folder, names]) => {
    try {
      const present = new Set([...Deno.readDirSync(join(venv, folder))].map(({ name }) => name));
      return names.every((name) => present.has(name));
    } catch {
      return false;
    }
  });
}

function mayHaveChanged(recipe: Recipe): boolean {
  if (recipe.kind === "script") return hasLocalSource(recipe.needs);
  return recipe.kind === "requirements" && recipe.file.hasLocalSource;
}

/** Building a project leaves its traces in our folder and not in the user's. */
function buildsElsewhere(folder: string): EnvChanges {
  const build = join(folder, "build");
  ensureFolder(build);
  const settings = join(folder, "setuptools.cfg");
  replacePrivate(settings, `[egg_info]\negg_base = ${build}\n[build]\nbuild_base = ${build}\n`);
  return { DIST_EXTRA_CONFIG: settings };
}

const programVersion = createHash("sha256").update(program).digest("hex").slice(0, 8);

function installProgram(home: string): string {
  const path = join(home, "runtime", `prepare_environment-${programVersion}.py`);
  if (!exists(path)) {
    ensureFolder(dirname(path));
    replacePrivate(path, program);
  }
  return path;
}

/** Quick to fail where nothing can be downloaded, patient where it is merely slow. */
function downloadStep(
  uv: string,
  version: string,
  env: EnvChanges,
): Pick<PrepareStep, "label" | "argv" | "env" | "timeout_seconds"> {
  return {
    label: `Downloading Python ${version}`,
    argv: [uv, "python", "install", "--no-bin", ...steady, version],
    env: { ...env, UV_HTTP_RETRIES: "0", UV_HTTP_TIMEOUT: "10" },
    timeout_seconds: 600,
  };
}
