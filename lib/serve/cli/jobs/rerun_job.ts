import { rerunJob } from "../../../runs/jobs/rerun_job.ts";
import { type Cli, COMMAND_LINE } from "../command/cli.ts";
import { followRun } from "./follow_run.ts";
import { readStdin } from "../terminal/read_stdin.ts";
import { findJob } from "./find_job.ts";

/** What a person asks of `jobs rerun`. */
export interface RerunChoice {
  id: string;
  env?: Record<string, string>;
  envFile?: string;
  stdin: boolean;
  detach: boolean;
  json: boolean;
}

/** `jobs rerun`: a job's script as a new job, shown as `run` shows it. */
export async function rerunOf(cli: Cli, options: RerunChoice): Promise<void> {
  const { id } = await findJob(cli.app, options.id);
  const again = await rerunJob(cli.app, id, {
    tool: COMMAND_LINE,
    envVars: options.env,
    envFile: options.envFile,
    stdin: options.stdin ? await readStdin() : undefined,
  });
  await followRun(cli, again, options);
}
