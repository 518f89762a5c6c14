import { JobFiles } from "../jobs/files/job_files.ts";
import { type Home, jobFolder } from "../jobs/files/home.ts";
import { SessionFiles } from "../jobs/files/session_files.ts";
import type { JobStatus } from "../jobs/model/job.ts";

/** What a cell that has not ended waits for, and what to do about it; `undefined` for all other jobs. */
export function cellNote(
  home: Home,
  { id, status }: { id: string; status: JobStatus },
  files: JobFiles | undefined,
): string | undefined {
  if (status === "running") return inputNote("This cell", id, files?.prompt);
  return status === "pending" ? waitNote(home, files) : undefined;
}

function inputNote(who: string, id: string, prompt: string | undefined): string | undefined {
  if (prompt === undefined) return undefined;
  const asked = prompt.trim() === "" ? "" : ` (${JSON.stringify(prompt)})`;
  return `${who} waits in input()${asked}: send a line with py_send_input, job_id ${id}; ` +
    "py_cancel_job gives it up";
}

function waitNote(home: Home, files: JobFiles | undefined): string | undefined {
  const place = files?.spec?.process.session;
  if (!place) return undefined;
  const { state } = new SessionFiles(home, place.name);
  if (state?.id !== place.id) return undefined;
  if (state.state === "starting") return startNote(place.name, files!);
  const { running } = state;
  const folder = running && jobFolder(home, running.job_id);
  if (!folder) return undefined;
  const who = `Cell ${running.cell}, which comes first,`;
  return inputNote(who, running.job_id, new JobFiles(folder).prompt);
}

function startNote(name: string, files: JobFiles): string {
  const said = `The session ${name} is being started`;
  const step = files.progress;
  if (!step) return said;
  const { current, total, message } = step;
  return `${said}; its environment is being prepared (${current + 1} of ${total}: ${message})`;
}
