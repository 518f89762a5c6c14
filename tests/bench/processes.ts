import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { serverEnv } from "../helpers/connect.ts";

/** Runs a command to its end; fails when it does. */
export async function run(argv: string[], cwd: string): Promise<string> {
  const [program, ...args] = argv;
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args,
    cwd,
    clearEnv: true,
    env: serverEnv(),
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) {
    throw new Error(`${argv.join(" ")} ended with ${code}: ${decoder.decode(stderr)}`);
  }
  return decoder.decode(stdout);
}

/** Runs a command with its output going straight into a file. */
export async function runIntoFile(argv: string[], cwd: string, file: string): Promise<void> {
  const [program, ...args] = argv;
  const output = openSync(file, "w");
  const child = spawn(program!, args, { cwd, env: serverEnv(), stdio: ["ignore", output, output] });
  closeSync(output);
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", resolve);
  });
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}`);
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))![1];
  return Number(kib) * 1024;
}
