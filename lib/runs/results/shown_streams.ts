import type { JobFiles } from "../../jobs/files/job_files.ts";
import { type LogEnds, readEnds } from "../../jobs/files/output_log.ts";
import { readableText } from "../../jobs/files/readable_text.ts";

/** The most characters of a stream that a result shows. */
export const SHOWN_CHARACTERS = 20_000;
/** The most that both streams may take as JSON, in which a line break or a quotation mark is two. */
const SHOWN_JSON_CHARACTERS = 42_000;

/** What a result shows of its streams, and what it leaves out of them. */
export interface ShownStreams {
  stdout: string;
  stderr: string;
  truncated?: Record<string, { omitted_characters: number; uri: string }>;
}

/** Both streams of a job, as much of their ends as an answer has room for. */
export function showStreams(files: JobFiles, id: string): ShownStreams {
  const truncated: ShownStreams["truncated"] = {};
  const show = ([name, shown]: [string, Shown]) => {
    if (typeof shown === "string") return [name, shown];
    const uri = `job-output://${id}/${name}`;
    truncated[name] = { omitted_characters: shown.omitted, uri };
    return [
      name,
      `${shown.head}\n… [${shown.omitted} characters omitted; all at ${uri}] …\n${shown.tail}`,
    ];
  };
  const streams = Object.fromEntries(Object.entries(readStreams(files)).map(show));
  return { ...streams, ...(Object.keys(truncated).length > 0 && { truncated }) };
}

type Shown = string | LogEnds;

/** Both streams, or as much of their ends as an answer has room for. */
function readStreams(files: JobFiles): { stdout: Shown; stderr: Shown } {
  const limits = { stdout: SHOWN_CHARACTERS, stderr: SHOWN_CHARACTERS };
  while (true) {
    const stdout = readEnds(files.stdout, limits.stdout, readableText);
    const stderr = readEnds(files.stderr, limits.stderr, readableText);
    const sizes = { stdout: JSON.stringify(stdout).length, stderr: JSON.stringify(stderr).length };
    if (sizes.stdout + sizes.stderr <= SHOWN_JSON_CHARACTERS) return { stdout, stderr };
    const [longer, other] = sizes.stdout > sizes.stderr
      ? ["stdout", "stderr"] as const
      : ["stderr", "stdout"] as const;
    const room = Math.max(SHOWN_JSON_CHARACTERS - sizes[other], SHOWN_JSON_CHARACTERS / 2);
    limits[longer] = Math.floor(limits[longer] * Math.min(0.9, room / sizes[longer]));
  }
}
