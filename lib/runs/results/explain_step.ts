import { dirname } from "node:path";
import type { JobFiles } from "../../jobs/files/job_files.ts";
import { explainFailure } from "../../python/advice/explain_failure.ts";
import { versionsWithWheels } from "../../python/environment/versions_with_wheels.ts";
import { readEnd } from "../../jobs/files/output_log.ts";
import { readableText } from "../../jobs/files/readable_text.ts";
import {
  describeInterpreters,
  listInterpreters,
} from "../../python/interpreters/find_interpreters.ts";

/** Bytes; what uv and a compiler say of a failure stands at the end. */
const LONGEST_LOG = 16 << 20;

/** Why a step that was to prepare a run has failed. */
export async function explainStep(files: JobFiles, label: string, error: string): Promise<string> {
  const log = readEnd(files.prepareLog, LONGEST_LOG);
  if (log.trim() === "") return error;
  if (files.spec?.ray) return `${error}: ${lastLines(log)}`;
  const all = await listInterpreters();
  const home = dirname(dirname(files.folder));
  const unbuilt = await versionsWithWheels(log, all.map(({ version }) => version), home);
  const interpreters = describeInterpreters(all);
  const logUri = `job-output://${files.record?.id}/prepare`;
  return explainFailure(log, { label, interpreters, unbuilt, logUri });
}

/** What uv says on the cluster; what helps there is not known here. */
function lastLines(log: string): string {
  return readableText(log).trim().split("\n").slice(-8).map((line) => line.trim()).join(" ")
    .slice(-1000);
}
