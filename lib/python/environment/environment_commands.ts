import { join } from "node:path";
import { type EmbeddedFiles, embeddedFiles, installFiles } from "../../base/install_files.ts";
import { findLauncherPython } from "../interpreters/find_interpreters.ts";
import type { Recipe } from "../requirements/recipe.ts";
import type { SourcePackage } from "../requirements/source_package.ts";
import mirrorFolder from "./mirror_folder.py" with { type: "text" };
import syncProject from "./sync_project.py" with { type: "text" };

const MIRROR_FOLDER = embeddedProgram("mirror_folder", mirrorFolder);
const SYNC_PROJECT = embeddedProgram("sync_project", syncProject);

/** How uv is to behave where nobody watches. */
export const steady = ["--no-progress", "--color", "never"];

/** What the commands are given by path. */
export interface Places {
  home: string;
  uv: string;
  /** The interpreter, or a version that uv finds. */
  from: string;
  venv: string;
  /** A script of nothing but its header. */
  script: string;
  /** A file of requirements. */
  added: string;
  /** A folder that mirrors a project. */
  shadow: string;
  /** A file of pip's constraints. */
  constraints: string;
}

/** The commands that make the environment of a recipe, in their order. */
export function commandsFor(recipe: Recipe, places: Places): string[][] {
  const { home, uv, from, venv, script, added, shadow, constraints } = places;
  const python = ["--python", from];
  switch (recipe.kind) {
    case "script":
      // `--active` keeps the environment in our folder, where uv's cache cleaning leaves it alone.
      return [[uv, "sync", ...steady, "--active", "--script", script, ...python]];
    case "project": {
      const { folder, pyproject, workspace: { root } } = recipe.project;
      const spec = {
        uv,
        options: steady,
        python: from,
        root: root.folder,
        shadow,
        package: folder === root.folder ? null : pyproject.name,
        own: root.pyproject.isPackage ? root.pyproject.name : null,
      };
      const file = installProgram(home, SYNC_PROJECT);
      return [
        mirror(home, root.folder, shadow),
        [findLauncherPython(), "-I", file, JSON.stringify(spec)],
      ];
    }
    case "package": {
      const { folder, standIn, install } = recipe.package;
      const isMirrored = Object.keys(standIn).length > 0;
      const held = recipe.package.constraints === undefined ? [] : ["--constraints", constraints];
      return [
        emptyEnvironment(uv, from, venv),
        ...(isMirrored ? [mirror(home, folder, shadow)] : []),
        ...install.map((what) => [
          ...pipInstall(uv, venv),
          ...held,
          ...packageOptions(what, folder, shadow),
        ]),
      ];
    }
    case "requirements":
      return [
        emptyEnvironment(uv, from, venv),
        pipInstall(uv, venv)
          .concat("--requirements", recipe.file.path, "--requirements", added),
      ];
  }
}

function packageOptions(
  what: SourcePackage["install"][number],
  folder: string,
  shadow: string,
): string[] {
  if (what === "needs of stand-in") return ["--directory", shadow, "-r", "pyproject.toml"];
  return ["--editable", what === "editable" ? folder : shadow];
}

function mirror(home: string, folder: string, shadow: string): string[] {
  return [
    findLauncherPython(),
    "-I",
    installProgram(home, MIRROR_FOLDER),
    folder,
    shadow,
  ];
}

function emptyEnvironment(uv: string, from: string, venv: string): string[] {
  const how = ["--quiet", ...steady, "--no-project", "--allow-existing", "--python", from];
  return [uv, "venv", ...how, venv];
}

export function pipInstall(uv: string, venv: string): string[] {
  return [uv, "pip", "install", ...steady, "--python", venv];
}

/** One of our Python programs, which stands alone. */
interface EmbeddedProgram {
  file: string;
  files: EmbeddedFiles;
}

function embeddedProgram(name: string, text: string): EmbeddedProgram {
  const file = `${name}.py`;
  return { file, files: embeddedFiles(name, { [file]: text }) };
}

/** The path of one of our Python programs; written unless it is there. */
function installProgram(home: string, { file, files }: EmbeddedProgram): string {
  return join(installFiles(home, files), file);
}
