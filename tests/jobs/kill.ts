import { readJsonIfThere } from "../../lib/base/private_files.ts";
import type { JobFiles } from "../../lib/jobs/files/job_files.ts";
import { processesWith } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** The pid of a job's supervisor, once it has begun. */
export async function supervisorOf(files: JobFiles): Promise<number> {
  const started = await waitFor(
    () => readJsonIfThere<{ pid: number }>(files.path("started")),
    { what: `the start of ${files.folder}`, timeoutMs: 10_000 },
  );
  return started.pid;
}

/** The pids of the launchers of a home; they have a pipe to their server where supervisors have nothing. */
export function launchers(home: string): number[] {
  return processesWith(`start_launcher.py ${home} `).map(({ pid }) => pid).filter((pid) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/fd/1`).startsWith("pipe:");
    } catch {
      return false;
    }
  });
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
  await waitFor(() => !isAlive(pid), { what: `the end of ${pid}`, timeoutMs: 5000 });
}
