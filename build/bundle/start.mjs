/**
 * Starts the server of an MCP bundle: with the Deno of this machine, or with one from npm, which the first
 * start downloads (42 MB). Clients run this with the Node that they bring along.
 */
import { spawn, spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import process, { env, exit, stderr } from "node:process";
import { fileURLToPath } from "node:url";

/** The oldest Deno that the server runs on, and the one that is fetched. */
const OLDEST = [2, 8];
const FETCHED = "deno@2.9.6";

// What the desktop starts has a short PATH.
const folders = [
  ...(env.PATH ?? "").split(delimiter),
  join(homedir(), ".deno/bin"),
  "/opt/homebrew/bin",
  "/usr/local/bin",
];
const deno = folders.map((folder) => join(folder, "deno")).find(isNewEnough);
const [command, ...first] = deno ? [deno] : ["npx", "-y", FETCHED];
const main = fileURLToPath(new URL("main.ts", import.meta.url));
const child = spawn(command, [...first, "run", "-A", "--no-prompt", main], {
  stdio: "inherit",
  env: { ...env, PATH: folders.join(delimiter) },
});
child.on("error", ({ message }) => {
  stderr.write(
    `python-mcp: ${command} cannot be started: ${message}. Install Deno: https://deno.com\n`,
  );
  exit(1);
});
child.on("exit", (code) => exit(code ?? 1));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));

function isNewEnough(path) {
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  const [, major, minor] = /^deno (\d+)\.(\d+)/.exec(stdout ?? "") ?? [];
  return major > OLDEST[0] || (Number(major) === OLDEST[0] && minor >= OLDEST[1]);
}
