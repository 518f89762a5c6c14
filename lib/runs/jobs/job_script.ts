import { explainSystemError } from "../../base/explain_system_error.ts";
import { statIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import type { JobFiles } from "../../jobs/files/job_files.ts";
import { readTail } from "../../jobs/files/output_log.ts";
import type { RunDetails } from "../results/run_result.ts";
import { SHOWN_CHARACTERS } from "../results/shown_streams.ts";
import { askedOf } from "../run/asked_run.ts";
import { readScriptFile } from "../run/read_script.ts";

/** Longer scripts are not shown; bytes. */
const LONGEST_SHOWN = 1 << 20;

/** The text that a job runs. */
export interface JobScript {
  path: string;
  text: string;
  /** The file was written to after the job had begun, and may differ from what it ran. */
  changed: boolean;
}

/** @throws UserError when the text cannot be shown */
export async function readJobScript(files: JobFiles): Promise<JobScript> {
  const path = scriptFile(files);
  try {
    return await readScript(path, files);
  } catch (error) {
    const why = explainSystemError(error);
    throw why === undefined ? error : cannotShow(why);
  }
}

async function readScript(path: string | undefined, files: JobFiles): Promise<JobScript> {
  const info = path === undefined ? undefined : statIfThere(path);
  if (path === undefined || !info) throw cannotShow(path ? `${path} is gone` : "it is not a file");
  if (!info.isFile) throw cannotShow(`${path} is not a file`);
  if (info.size > LONGEST_SHOWN) {
    throw cannotShow(`${path} has more than a megabyte. Open it there`);
  }
  const { source } = await readScriptFile(path);
  const began = files.shownSpec?.created_at ?? Infinity;
  return { path, text: source, changed: (info.mtime?.getTime() ?? 0) > began };
}

function cannotShow(why: string): UserError {
  return new UserError(`Cannot show the script: ${why.replace(/\.$/, "")}.`);
}

/** The line of the script that its last traceback names, from 1; `undefined` when there is none. */
export function failedLine(files: JobFiles): number | undefined {
  const path = scriptFile(files);
  if (path === undefined) return undefined;
  const named = readTail(files.stderr, SHOWN_CHARACTERS)
    .matchAll(/^\s*File "([^"\n]+)", line (\d+)/gm);
  return [...named].filter(([, file]) => file === path).map(([, , line]) => Number(line)).at(-1);
}

function scriptFile(files: JobFiles): string | undefined {
  const asked = askedOf(files);
  if (!asked || asked.run.module !== undefined) return undefined;
  const { place } = (files.shownSpec?.details ?? {}) as Partial<RunDetails>;
  return place?.script ?? files.source;
}
