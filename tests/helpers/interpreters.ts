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
  return ["/usr/bin/python3", ...folders.map((name) => join(versions, name, "bin", "python"))]
    .filter((path) => existsSync(path))
    .map((path) => ({ path, version: versionOf(path) }))
    .filter(({ version }) => /^3\.([89]|\d\d)\./.test(version));
}

function versionOf(path: string): string {
  const program = "import sys, platform; sys.stdout.write(" +
    "platform.python_implementation() == 'CPython' and platform.python_version() or '')";
  return execFileSync(path, ["-c", program], { encoding: "utf8" });
}
