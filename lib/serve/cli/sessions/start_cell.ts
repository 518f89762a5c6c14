import { SessionFiles } from "../../../jobs/files/session_files.ts";
import type { App } from "../../../runs/app.ts";
import { runCell } from "../../../runs/sessions/run_cell.ts";
import { COMMAND_LINE } from "../command/cli.ts";

/** What a person says of a session that may have to be started. */
export interface StartChoice {
  session: string;
  dir?: string;
  python?: string;
  uv: boolean;
  env?: Record<string, string>;
  envFile?: string;
  memoryMb?: number;
  with?: string[];
  install: boolean;
}

/** Sends code to a session, which is started where it does not live; returns the cell's job. */
export async function startCell(
  app: App,
  choice: StartChoice & { timeoutSeconds?: number; label?: string },
  code: string,
): Promise<string> {
  const answer = await runCell(app, {
    session: choice.session,
    code,
    directory: choice.dir ?? ownDirectory(app, choice.session),
    pythonVersion: choice.python,
    // What is on unless it is turned off says nothing about a session that lives.
    useUv: choice.uv ? undefined : false,
    envVars: choice.env,
    envFile: choice.envFile,
    memoryMb: choice.memoryMb,
    dependencies: choice.with,
    detectsImports: choice.install,
    timeoutSeconds: choice.timeoutSeconds,
    label: choice.label,
    background: true,
    client: COMMAND_LINE,
  });
  if (!("background" in answer)) {
    throw new Error("A cell in the background was answered with its end");
  }
  return answer.background.job_id;
}

/** A session that is new starts where the person is; one that lives, or has died, stays where it is. */
function ownDirectory({ jobs, settings }: App, name: string): string | undefined {
  const files = new SessionFiles(jobs.home, name);
  const isThere = files.lives || files.record !== undefined && files.ended?.died !== false;
  return isThere ? undefined : settings.cwd;
}
