import { serverEnv } from "../helpers/program.ts";
import { runProcess } from "../helpers/run_process.ts";

/** Runs a command to its end; fails when it does. */
export async function run(argv: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runProcess(argv, {
    cwd,
    clearEnv: true,
    env: serverEnv(),
  });
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
}

/** Runs a command with its output going through a pipe, and `cat`, into a file; fails when it does. */
export async function runThroughPipe(argv: string[], cwd: string, file: string): Promise<void> {
  const pipeline = '{ "$@" || echo "it ended with $?" >&2; } | cat > "$0"';
  const { stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", pipeline, file, ...argv],
    cwd,
    clearEnv: true,
    env: serverEnv(),
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (said !== "") throw new Error(`${argv.join(" ")}: ${said}`);
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))![1];
  return Number(kib) * 1024;
}
