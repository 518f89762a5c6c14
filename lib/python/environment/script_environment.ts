import { lazyCrypto } from "../../base/lazy_node.ts";
import { dirname, join } from "node:path";
import type { EnvChanges, PrepareStep } from "../../base/command.ts";
import { ensureFolder, exists, removeIfThere, replacePrivate } from "../../base/private_files.ts";
import { readForeignJson } from "../../base/read_foreign_file.ts";
import { canonicalScript, hasLocalSource } from "../requirements/canonical_script.ts";
import { findLauncherPython } from "../interpreters/find_interpreters.ts";
import { installPrepareProgram } from "./prepare_program.ts";
import { markUse, useMarker } from "./remove_environments.ts";
import type { Droppable, Recipe } from "../requirements/recipe.ts";
import { shadowFiles } from "../requirements/shadow_project.ts";
import { commandsFor, pipInstall, steady } from "./environment_commands.ts";

/** An interpreter's path, or a version for uv to download, and what asks for it but the caller. */
export type BasePython = { path: string } | { download: string; demandedBy?: string };

/** An environment that scripts with the same needs share. */
export interface ScriptEnvironment {
  /** Its own interpreter. */
  python: string;
  /** Where it says what it was made without; see `left_out.ts`. */
  leftOut?: string;
  /** Whether it is there and whole, so that nothing has to be prepared. */
  ready: boolean;
  /** What makes it ready, given uv; also writes what these commands read. */
  steps(uv: string): Promise<PrepareStep[]>;
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

/**
 * Names the environment for these needs, and notes that it is used; nothing is made yet.
 *
 * @param label what people read while it is made
 * @param settings what else decides what is installed, such as the package index; no secrets
 */
export async function scriptEnvironment(
  home: string,
  { recipe, droppable = [], besides = [], base, label, settings }: {
    recipe: Recipe;
    droppable?: Droppable;
    /** Requirements that are installed after all others, where these do not hold them. */
    besides?: readonly string[];
    base: BasePython;
    label: string;
    settings: string;
  },
): Promise<ScriptEnvironment> {
  const content = await contentOf(recipe);
  const python = "path" in base ? Deno.realPathSync(base.path) : base.download;
  // Who names all of the same requirements must get all of them.
  const dropped = droppable.length > 0 ? [JSON.stringify(droppable)] : [];
  const named = [content, python, settings, ...besides, ...dropped].join("\0");
  const key = lazyCrypto().createHash("sha256").update(named).digest("hex");
  const folder = join(home, "environments", key.slice(0, 32));
  const venv = join(folder, "venv");
  const marker = useMarker(folder);
  const contents = join(folder, "contents.json");
  const leftOut = join(folder, "left_out.json");

  const made = markUse(folder);
  const whole = made && isWhole(venv, contents);
  const ready = whole && !mayHaveChanged(recipe);

  return {
    python: join(venv, "bin/python"),
    ...(droppable.length > 0 ? { leftOut } : {}),
    ready,
    async steps(uv) {
      ensureFolder(folder);
      // Whoever gets the lock first rebuilds it; those who waited find the marker again.
      if (made && !whole) removeIfThere(marker);
      // In files, since a requirement may hold a password.
      const script = join(folder, "script.py");
      if (recipe.kind === "script") replacePrivate(script, content);
      const added = join(folder, "added.txt");
      if (recipe.kind === "requirements") replacePrivate(added, recipe.dependencies.join("\n"));
      const constraints = join(folder, "constraints.txt");
      if (recipe.kind === "package" && recipe.package.constraints !== undefined) {
        replacePrivate(constraints, recipe.package.constraints);
      }
      const shadow = join(folder, "project");
      await writeShadow(recipe, shadow);
      const env: EnvChanges = { ...disturbing, ...buildsElsewhere(folder), VIRTUAL_ENV: venv };
      const from = "path" in base ? base.path : base.download;
      const commands = commandsFor(recipe, {
        home,
        uv,
        from,
        venv,
        script,
        added,
        shadow,
        constraints,
      });
      if (besides.length > 0) commands.push([...pipInstall(uv, venv), ...besides]);
      const names = droppable.length === 0 ? null : {
        ...(recipe.kind === "script"
          ? { file: script, line: '#   "%s",' }
          : { file: added, line: "%s" }),
        droppable,
        left_out: leftOut,
      };
      const spec = JSON.stringify({ uv, venv, marker, contents, commands, names });
      const common = {
        cwd: recipe.kind === "requirements" ? dirname(recipe.file.path) : folder,
        lock: join(folder, "lock"),
        needs: { pythons: "path" in base ? [base.path] : [], reads: [uv], writes: [folder] },
      };
      const steps: PrepareStep[] = [];
      if ("download" in base) steps.push({ ...common, ...downloadStep(uv, base, env) });
      steps.push({
        ...common,
        label,
        argv: [
          findLauncherPython(),
          "-I",
          installPrepareProgram(home),
          spec,
        ],
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
    case "project":
      return recipe.project.fingerprint;
    case "package":
      return recipe.package.fingerprint;
    case "requirements":
      return [recipe.file.text, ...recipe.dependencies].join("\0");
  }
}

/** Whether the interpreter is there, and all that was installed. */
function isWhole(venv: string, contents: string): boolean {
  if (!exists(join(venv, "bin/python")) || !exists(join(venv, "pyvenv.cfg"))) return false;
  const installed = readForeignJson<Record<string, string[]>>(contents);
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
  if (recipe.kind === "project") return recipe.project.hasLocalSource;
  if (recipe.kind === "package") return false;
  return recipe.file.hasLocalSource;
}

/** Building a project leaves its traces in our folder and not in the user's. */
function buildsElsewhere(folder: string): EnvChanges {
  const build = join(folder, "build");
  ensureFolder(build);
  const settings = join(folder, "setuptools.cfg");
  replacePrivate(settings, `[egg_info]\negg_base = ${build}\n[build]\nbuild_base = ${build}\n`);
  return { DIST_EXTRA_CONFIG: settings };
}

/** In a file and not in arguments, since the URL of an index may hold a password. */
async function writeShadow(recipe: Recipe, shadow: string): Promise<void> {
  if (recipe.kind !== "project" && recipe.kind !== "package") return;
  // A package that was built here may have put a link there, to a folder that is not ours to write to.
  if (
    [...Deno.readDirSync(dirname(shadow))].some(({ name, isSymlink }) =>
      isSymlink && shadow.endsWith(`/${name}`)
    )
  ) {
    Deno.removeSync(shadow);
  }
  ensureFolder(shadow);
  const files = recipe.kind === "project"
    ? await shadowFiles(recipe.project.workspace.root.folder)
    : recipe.package.standIn;
  for (const [name, text] of Object.entries(files)) replacePrivate(join(shadow, name), text);
}

/** Quick to fail where nothing can be downloaded, patient where it is merely slow. */
function downloadStep(
  uv: string,
  { download, demandedBy }: { download: string; demandedBy?: string },
  env: EnvChanges,
): Pick<PrepareStep, "label" | "argv" | "env" | "timeout_seconds"> {
  return {
    label: `Downloading Python ${download}${demandedBy === undefined ? "" : ` (${demandedBy})`}`,
    argv: [uv, "python", "install", "--no-bin", ...steady, download],
    env: { ...env, UV_HTTP_RETRIES: "0", UV_HTTP_TIMEOUT: "10" },
    timeout_seconds: 600,
  };
}
