import { fileURLToPath } from "node:url";

/** The folder of the checkout, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const MAIN = `${ROOT}main.ts`;

export interface ProgramOptions {
  /** `PYTHON_MCP_HOME`. */
  home: string;
  env?: Record<string, string>;
  cwd?: string;
  /** Flags of `deno run`; all permissions by default. */
  flags?: string[];
  /** Its file mode mask; that of the tests by default. */
  umask?: number;
}

/** Starts the real program with a command line; its input and outputs are pipes. */
export function startProgram(args: string[], options: ProgramOptions): Deno.ChildProcess {
  const { home, env, cwd, flags = ["-A"], umask } = options;
  const argv = [Deno.execPath(), "run", ...flags, "--no-prompt", MAIN, ...args];
  const [command, ...rest] = withUmask(argv, umask);
  return new Deno.Command(command!, {
    args: rest,
    cwd,
    // What it has in its cache, it has whatever HOME a test sets.
    env: { ...serverEnv(), DENO_DIR: denoDir(), PYTHON_MCP_HOME: home, ...env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** The command that runs another one with a umask. */
export function withUmask(argv: string[], umask: number | undefined): string[] {
  if (umask === undefined) return argv;
  return ["/bin/sh", "-c", `umask ${umask.toString(8)}; exec "$@"`, "sh", ...argv];
}

/** The test's own environment, without what this machine sets for its own ends. */
export function serverEnv(): Record<string, string> {
  const env = Deno.env.toObject();
  for (const name of ["PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"]) delete env[name];
  return env;
}

export function denoDir(): string {
  const caches = Deno.build.os === "darwin" ? "Library/Caches" : ".cache";
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/${caches}/deno`;
}
