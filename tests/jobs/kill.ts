import { readJsonIfThere } from "../../lib/base/private_files.ts";
import type { JobFiles } from "../../lib/jobs/files/job_files.ts";
import { processesWith } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** The pid of a job's supervisor, once it has begun. */
export async function supervisorOf(files: JobFiles): Promise<number> {
  const started = await waitFor(
    () => readJsonIfThere<{ pid: number }>(files.path("started")),
    { what: `the start of ${files.folder}` },
  );
  return started.pid;
}

/** The pids of the launchers of a home. */
export function launchers(home: string): number[] {
  const forks = processesWith(`start_launcher.py ${home} `).map(({ pid }) => pid);
  return forks.filter((pid) => roleOfFork(pid, forks) === "launcher");
}

/**
 * What a process is that has the command line of a launcher. Supervisors are forks of launchers, without
 * a pipe to the server; a script that is just being started looks like its supervisor, and then like a
 * launcher, below that one.
 */
export function roleOfFork(pid: number, forks: number[]): "launcher" | "supervisor" | "script" {
  try {
    const hasPipe = Deno.readLinkSync(`/proc/${pid}/fd/1`).startsWith("pipe:");
    const parent = parentOf(pid);
    if (!forks.includes(parent)) return hasPipe ? "launcher" : "supervisor";
    return roleOfFork(parent, forks) === "launcher" ? "supervisor" : "script";
  } catch {
    return "supervisor"; // it has ended
  }
}

export function parentOf(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ")[1]);
}

export function kill(...pids: number[]): void {
  for (const pid of pids) Deno.kill(pid, "SIGKILL");
}

export function isAlive(pid: number): boolean {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)![0] !== "Z";
  } catch {
    return false;
  }
}

export async function untilGone(pid: number): Promise<void> {
  await waitFor(() => !isAlive(pid), { what: `the end of ${pid}` });
}

export function parentIfThere(pid: number): number | undefined {
  try {
    return parentOf(pid);
  } catch {
    return undefined; // it has ended
  }
}
