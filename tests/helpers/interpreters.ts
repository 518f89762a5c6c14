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

/** Every CPython 3.8 or later in `/usr/bin` and below `~/.pyenv`. */
export const interpreters: Interpreter[] = findInterpreters();

function findInterpreters(): Interpreter[] {
  const versions = join(homedir(), ".pyenv", "versions");
  const folders = existsSync(versions) ? readdirSync(versions).sort() : [];
  // pyenv names each folder after what is in it, PyPy's and others' differently.
  const ofPyenv = folders.filter((name) => /^3\.\d+\.\d+$/.test(name))
    .map((version) => ({ path: join(versions, version, "bin", "python"), version }));
  const system = ["/usr/bin/python3"].filter((path) => existsSync(path))
    .map((path) => ({ path, version: versionOf(path) }));
  return [...system, ...ofPyenv].filter(({ path, version }) =>
    existsSync(path) && /^3\.([89]|\d\d)\./.test(version)
  );
}

function versionOf(path: string): string {
  const program = "import sys, platform; sys.stdout.write(" +
    "platform.python_implementation() == 'CPython' and platform.python_version() or '')";
  return execFileSync(path, ["-c", program], { encoding: "utf8" });
}
