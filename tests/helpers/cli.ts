import { App } from "../../lib/runs/app.ts";
import { openJobs } from "../../lib/runs/open_jobs.ts";
import { readSettings } from "../../lib/runs/settings.ts";
import { runCommand } from "../../lib/serve/cli/run_command.ts";
import { createLog } from "../../lib/serve/program/log.ts";
import { capturingOutput } from "./capturing_output.ts";
import { MAIN, type ProgramOptions, serverEnv, startProgram } from "./program.ts";
import { type Ended, untilEnded } from "./run_process.ts";
import type { TestHome } from "./test_home.ts";

export interface CliOptions extends Omit<ProgramOptions, "home"> {
  stdin?: string;
}

/**
 * Runs a command line to its end within this process, which takes a tenth of the time of one of its own.
 * For what is about the process (its arguments, its input, its exit), see `cliProcess`.
 */
export async function cli(
  home: TestHome,
  args: string[],
  { env = {}, cwd = home.path }: Pick<CliOptions, "env" | "cwd"> = {},
): Promise<Ended> {
  const given = { ...serverEnv(), PYTHON_MCP_HOME: home.join("home"), ...env };
  const createApp = () => {
    const warnings: string[] = [];
    const settings = readSettings(given, (message) => warnings.push(message));
    const log = createLog(settings.home, false);
    for (const warning of warnings) log.warn(warning);
    return new App({ ...settings, cwd }, log, openJobs);
  };
  // As a process of its own would, this goes on while the command waits.
  const alive = setInterval(() => {}, 1000);
  try {
    return await capturingOutput(() => runCommand(args, createApp));
  } finally {
    clearInterval(alive);
  }
}

/** Runs the real program with a command line to its end. */
export async function cliProcess(
  home: TestHome,
  args: string[],
  options: CliOptions = {},
): Promise<Ended> {
  return await untilEnded(startCli(home, args, options), options.stdin);
}

/** Starts the real program with a command line. */
export function startCli(
  home: TestHome,
  args: string[],
  { env = {}, cwd = home.path, flags }: CliOptions = {},
): Deno.ChildProcess {
  const options = { home: home.join("home"), cwd, flags, env: { NO_COLOR: "1", ...env } };
  return startProgram(args, options);
}

/** What the program shows on a terminal, which Python's `pty` is. */
export async function cliInTerminal(
  home: TestHome,
  args: string[],
  env: Record<string, string> = {},
  typed = "",
): Promise<string> {
  const spawn = "import pty, sys; pty.spawn(sys.argv[1:])";
  const child = new Deno.Command("python3", {
    args: ["-c", spawn, Deno.execPath(), "run", "-A", MAIN, ...args],
    env: { PYTHON_MCP_HOME: home.join("home"), TERM: "xterm", NO_COLOR: "", ...env },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(typed));
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout);
}

/** Writes a script into a test's folder; returns its path. */
export function writeScript(home: TestHome, name: string, source: string): string {
  const path = home.join(name);
  Deno.writeTextFileSync(path, source);
  return path;
}

/** Starts a script in the background; returns its job's id. */
export async function startJob(
  home: TestHome,
  source: string,
  label = "job",
  options: Pick<CliOptions, "env" | "cwd"> = {},
): Promise<string> {
  const path = writeScript(home, `${crypto.randomUUID()}.py`, source);
  const args = ["run", "-d", "--no-uv", "-l", label, path];
  const { code, stdout, stderr } = await cli(home, args, options);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}
