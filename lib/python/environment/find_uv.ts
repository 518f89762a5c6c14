import { join } from "node:path";
import type { PrepareStep } from "../../base/command.ts";
import {
  executableAt,
  isShimFolder,
  namesIn,
  programFolders,
  pyenvRoot,
} from "../interpreters/find_executables.ts";

/** The release of uv that is installed where there is none. */
export const pinnedUv = "0.13.9";

/** The real uv binary, found without starting a process; `undefined` where there is none. */
export function findUv(
  home: string,
  env: Record<string, string> = Deno.env.toObject(),
): string | undefined {
  const userHome = env.HOME ?? "/";
  const places = programFolders(env)
    .filter((folder) => !isShimFolder(folder))
    .concat(join(userHome, ".local/bin"), join(userHome, ".cargo/bin"))
    .map((folder) => join(folder, "uv"));
  const versions = join(pyenvRoot(env), "versions");
  const inPyenv = namesIn(versions).map((name) => join(versions, name, "bin/uv"));
  for (const path of [...places, ...inPyenv, ownUv(home)]) {
    if (executableAt(path)) return path;
  }
  return undefined;
}

/** Where `installUvStep` puts uv. */
export function ownUv(home: string): string {
  return join(home, "tools/uv/bin/uv");
}

/**
 * The command that installs uv into the home, once.
 *
 * @param python an interpreter that has pip
 */
export function installUvStep(home: string, python: string): PrepareStep {
  const tools = join(home, "tools");
  const target = join(tools, "uv");
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];
  return {
    label: "Installing uv from PyPI (once)",
    argv: [python, "-I", "-m", "pip", "install", ...quiet, "--target", target, `uv==${pinnedUv}`],
    // pip's settings for installing into environments contradict a target folder.
    env: { PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0", PIP_ROOT_USER_ACTION: "ignore" },
    needs: { pythons: [], reads: [], writes: [tools] },
    creates: ownUv(home),
    lock: join(tools, "lock"),
    timeout_seconds: 300,
  };
}
