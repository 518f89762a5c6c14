import { join } from "node:path";
import { exists, isLink, readIfThere } from "../../base/private_files.ts";
import { executableAt, namesIn } from "./find_executables.ts";
import { interpreterVersion, versionInSettings } from "./find_interpreters.ts";
import { isSupportedVersion, parsePythonVersion } from "./python_version.ts";

/** A virtual environment, or one of conda or pixi, that scripts run in as it is. */
export interface Environment {
  folder: string;
  python: string;
  /** Whether conda or pixi made it. */
  isConda: boolean;
}

/** What a run needs of an environment. */
export interface EnvironmentDemand {
  /** `python_version`. */
  version?: string;
  /** Distributions by the names of their import packages. */
  packages: readonly string[];
}

/**
 * The first of some folders that is an environment which meets a demand. What looks like one and is
 * passed over is named in `skipped`, each in a sentence. Nothing of an environment is started where
 * its files tell the version.
 */
export async function firstUsable(
  folders: readonly string[],
  demand: EnvironmentDemand,
): Promise<{ environment?: Environment; skipped: string[] }> {
  const skipped: string[] = [];
  for (const folder of folders) {
    if (!looksLikeEnvironment(folder)) continue;
    const fault = await faultOf(folder, demand);
    if (fault === undefined) return { environment: environmentIn(folder), skipped };
    skipped.push(`The environment ${folder} was passed over: ${fault}`);
  }
  return { skipped };
}

/** Whether a folder is, or was, an environment; `env` is also a usual name for other things. */
export function looksLikeEnvironment(folder: string): boolean {
  return exists(join(folder, "pyvenv.cfg")) || exists(join(folder, "conda-meta")) ||
    isLink(join(folder, "bin/python")) || isLink(folder);
}

export function environmentIn(folder: string): Environment {
  return {
    folder,
    python: join(folder, "bin/python"),
    isConda: exists(join(folder, "conda-meta")),
  };
}

/** Whether it is conda's own environment, which is no place for anybody's scripts. */
export function isCondaBase(folder: string): boolean {
  return exists(join(folder, "condabin")) || exists(join(folder, "conda-meta/conda.json")) ||
    namesIn(join(folder, "conda-meta")).some((name) => /^conda-\d/.test(name));
}

async function faultOf(
  folder: string,
  { version: asked, packages }: EnvironmentDemand,
): Promise<string | undefined> {
  if (!exists(folder)) return `it leads to ${Deno.readLinkSync(folder)}, which is not there`;
  const python = join(folder, "bin/python");
  if (!executableAt(python)) {
    return isLink(python)
      ? `its bin/python leads to ${Deno.readLinkSync(python)}, where no Python is`
      : "it has no bin/python";
  }
  const version = await versionOf(folder, python);
  if (version === undefined) return "its Python does not answer";
  if (!isSupportedVersion(version)) return `its Python ${version} is too old`;
  if (asked !== undefined && !(await parsePythonVersion(asked)).matches(version)) {
    return `it has Python ${version}, and ${asked} was asked for`;
  }
  const missing = missingIn(folder, packages);
  return missing.length === 0 ? undefined : `it lacks ${missing.join(", ")}`;
}

async function versionOf(folder: string, python: string): Promise<string | undefined> {
  const fromConda = namesIn(join(folder, "conda-meta"))
    .map((name) => /^python-(3\.\d+\.\d+)-/.exec(name)?.[1]).find((one) => one !== undefined);
  return versionInSettings(readIfThere(join(folder, "pyvenv.cfg")) ?? "") ?? fromConda ??
    await interpreterVersion(python);
}

/** Those of some packages that an environment does not have. */
export function missingIn(folder: string, packages: readonly string[]): string[] {
  return packages.filter((name) => !hasPackage(folder, name));
}

function hasPackage(folder: string, name: string): boolean {
  const lib = join(folder, "lib");
  return namesIn(lib).some((python) => exists(join(lib, python, "site-packages", name)));
}
