import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A CPython that is installed on this machine. */
export interface Interpreter {
  path: string;
  /** Such as `3.11.2`. */
  version: string;
}

const { system, ofPyenv } = findInterpreters();

/** Every CPython 3.8 or later in `/usr/bin` and below `~/.pyenv`. */
export const allInterpreters: Interpreter[] = [...system, ...ofPyenv];

/**
 * Those that a test which runs with several of them takes: all in `.ci/run`, which says so, and otherwise
 * that of `/usr/bin` and the oldest.
 */
export const interpreters: Interpreter[] = Deno.env.get("PYTHON_MCP_TEST_INTERPRETERS") === "all"
  ? allInterpreters
  : [...system, ...ofPyenv.slice(0, 1)];

function findInterpreters(): Record<"system" | "ofPyenv", Interpreter[]> {
  const versions = join(homedir(), ".pyenv", "versions");
  const folders = existsSync(versions) ? readdirSync(versions) : [];
  // pyenv names each folder after what is in it, PyPy's and others' differently.
  const ofPyenv = folders.filter((name) => /^3\.\d+\.\d+$/.test(name))
    .map((version) => ({ path: join(versions, version, "bin", "python"), version }));
  const system = ["/usr/bin/python3"].filter((path) => existsSync(path))
    .map((path) => ({ path, version: versionOf(path) }));
  const usable = ({ path, version }: Interpreter) =>
    existsSync(path) && /^3\.([89]|\d\d)\./.test(version);
  return {
    system: system.filter(usable),
    ofPyenv: ofPyenv.filter(usable).sort((one, other) =>
      one.version.localeCompare(other.version, "en", { numeric: true })
    ),
  };
}

function versionOf(path: string): string {
  const program = "import sys, platform; sys.stdout.write(" +
    "platform.python_implementation() == 'CPython' and platform.python_version() or '')";
  return execFileSync(path, ["-c", program], { encoding: "utf8" });
}
