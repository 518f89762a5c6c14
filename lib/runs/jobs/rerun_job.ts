import { readForeignFile } from "../../base/read_foreign_file.ts";
import { UserError } from "../../base/user_error.ts";
import type { App } from "../app.ts";
import { unknownJob } from "./unknown_job.ts";
import { askedOf, type AskedRun } from "../run/asked_run.ts";
import { readModule } from "../run/read_module.ts";
import { LONGEST_SOURCE, readScriptFile, requireDirectory } from "../run/read_script.ts";
import type { ScriptSource } from "../run/script_source.ts";
import { readEnvironment } from "../run/make_request.ts";
import type { RunOptions } from "../run/run_options.ts";
import { runPython } from "../run/run_python.ts";
import { sandboxLevelOf } from "../run/sandbox_level_of.ts";
import { requireShownPaths } from "../run/shown_paths.ts";

/** What a job that is run again must be given again, since no file holds it. */
export type RerunOptions = Pick<RunOptions, "tool" | "stdin" | "envVars" | "envFile">;

/** With the level that the new run keeps to. */
type Given = RerunOptions & Pick<RunOptions, "repeatedSandbox">;

/**
 * Runs the script of a job again, in the background: with the same arguments, folder, environment and
 * limits, and the script as it is now.
 *
 * @returns the id of the new job
 * @throws UserError when there is no such job, when too little of it was kept, and when it had secrets
 * that are not given again
 */
export async function rerunJob(
  app: App,
  id: string,
  given: RerunOptions,
): Promise<string> {
  const row = await app.jobs.get(id);
  if (!row?.listed) throw unknownJob(id);
  const files = app.jobs.files(id);
  const asked = askedOf(files);
  if (!files || !asked) {
    const why = row.kind === "task"
      ? "it is a function of another program, which alone can call it"
      : files?.spec?.process.session
      ? "it is a cell of a session; send its code to the session again"
      : "an earlier version started it and kept too little of what it was given";
    throw new UserError(`Cannot run job ${id} again: ${why}. Start its script again.`);
  }
  const repeatedSandbox = files.spec?.process.run.sandbox?.level;
  await checkSecrets(app, id, asked, { ...given, repeatedSandbox });
  const { scriptPath, module, ...run } = asked.run;
  requireShownPaths(
    app.settings,
    sandboxLevelOf(app.settings.sandbox, undefined, repeatedSandbox),
    run.directory ?? app.settings.cwd,
    { directory: run.directory, script_path: scriptPath, python_version: run.pythonVersion },
  );
  if (run.directory !== undefined) requireDirectory(run.directory);
  const script = scriptPath !== undefined
    ? await readScriptFile(scriptPath)
    : module !== undefined
    ? readModule(module, run.directory)
    : inlineScript(files.source, id);
  const answer = await runPython(
    app,
    { ...run, script },
    {
      ...asked.options,
      ...given,
      repeatedSandbox,
      background: true,
    },
  );
  if (!("background" in answer)) {
    throw new Error("A run in the background was answered with its end");
  }
  return answer.background.job_id;
}

function inlineScript(path: string, id: string): ScriptSource {
  const source = readForeignFile(path, LONGEST_SOURCE);
  if (source !== undefined) return { source };
  throw new UserError(
    `Cannot run job ${id} again: the text of its script is gone (${path}). Start its script again.`,
  );
}

async function checkSecrets(
  { settings }: App,
  id: string,
  { run, options, withheld }: AskedRun,
  given: Given,
): Promise<void> {
  if (withheld.password) {
    throw new UserError(
      `Cannot run job ${id} again: its dependencies named an address with a password, which is not ` +
        "kept. Start its script again.",
    );
  }
  const { env } = await readEnvironment(run, given, settings);
  const missing = [
    ...(withheld.variables ?? []).filter((name) => !(name in env)).map((name) => `-e ${name}=…`),
    ...(options.envFile !== undefined && given.envFile === undefined
      ? [`--env-file ${options.envFile}`]
      : []),
    ...(withheld.stdin && given.stdin === undefined ? ["--stdin"] : []),
  ];
  if (missing.length === 0) return;
  throw new UserError(
    `Cannot run job ${id} again without what is never written to disk. Give it again: ` +
      `python-mcp jobs rerun ${missing.join(" ")} ${id}`,
  );
}
