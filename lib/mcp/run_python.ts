import {
  answerWithinBudget,
  callerLeftAnswer,
  exceededAnswer,
  startedAnswer,
} from "../jobs/waiting/answer_within_budget.ts";
import type { EnvChanges } from "../base/command.ts";
import { writePrivate } from "../base/private_files.ts";
import { resolvePath } from "../base/resolve_path.ts";
import { UserError } from "../base/user_error.ts";
import { resolveBudget } from "../jobs/waiting/budget.ts";
import type { Call, Ended } from "../jobs/job_manager.ts";
import type { Draft, ProcessRequest } from "../jobs/process/process_runner.ts";
import { describeSkippedLines, readEnvFile } from "../python/environment/env_file.ts";
import { prepareRun } from "../python/prepare_run.ts";
import { installScriptRuntime } from "../python/in_script/script_runtime.ts";
import { CallerLeft } from "./call_signal.ts";
import type { ToolAnswer, ToolCall } from "./define_tool.ts";
import type { ScriptSource } from "./run_input.ts";
import { resultBlocks } from "./result_blocks.ts";
import { ProgressReporter } from "./run_progress.ts";
import type { RunDetails } from "../runs/results/run_result.ts";

/** The parameters that every tool which runs Python shares, validated. */
export interface RunInput {
  args?: string[];
  stdin?: string;
  env_vars?: Record<string, string>;
  env_file?: string;
  timeout_seconds: number;
  job_label?: string;
  async_mode?: boolean;
  time_budget_seconds?: number;
}

/** What differs between them. */
export interface PythonRun {
  tool: string;
  script: ScriptSource;
  /** The script's working directory; without it the job's own artifacts folder. */
  directory?: string;
  useUv: boolean;
  pythonVersion?: string;
  dependencies?: string[];
  /** Install what the imports need. */
  detectImports: boolean;
  /** The folder whose project counts. */
  projectDirectory?: string;
  /** Its requirements are added, instead of standing in where the script asks for nothing. */
  addsProject?: boolean;
  /** The result says which dependencies were used, even none. */
  namesDependencies: boolean;
  /** Without it the run is always in the background. */
  mayAnswer: boolean;
  benchmark?: { sampleIntervalSeconds: number; repeat: number };
}

/** What the caller adds to the server's own environment. */
interface CallerEnvironment {
  env: Record<string, string>;
  note?: string;
}

/** Variables of the caller that uv needs as well: indexes, certificates, proxies. */
const FOR_PREPARATION = /^(UV_|PIP_|SSL_CERT_|REQUESTS_CA_BUNDLE$)|_proxy$/i;

/** Runs Python as a job, and answers as smart async does. */
export async function runPython(
  run: PythonRun,
  input: RunInput,
  call: ToolCall,
): Promise<ToolAnswer> {
  const { jobs, settings, log } = call.app;
  const budget = !run.mayAnswer || input.async_mode ? 0 : resolveBudget({
    call: input.time_budget_seconds,
    toolEnv: `${run.tool.toUpperCase()}_TIMEOUT`,
    env: (name) => settings.env[name],
    warn: (message) => log.warn(message),
  });
  const began = performance.now();
  const environment = await readEnvironment(run, input, call);
  const draft = jobs.draft(run.tool, input.job_label ?? null, budget === 0);
  let request: ProcessRequest;
  try {
    request = await makeRequest(run, input, environment, budget === 0, draft, call);
  } catch (error) {
    jobs.discard(draft);
    throw error;
  }
  if (budget === 0) {
    await jobs.start(draft, request);
    if (wantsStop(call.signal, settings.stopOnDisconnect)) await jobs.cancel(draft.id);
    return { json: { ...startedAnswer(draft.id) }, jobId: draft.id };
  }
  const running = await jobs.call(draft, request);
  const reporter = call.reportProgress && new ProgressReporter(draft.files, call.reportProgress);
  try {
    const listens = reporter !== undefined && settings.waitWithProgress;
    const left = listens ? Infinity : budget - (performance.now() - began) / 1000;
    return await waitForAnswer(running, Math.max(0, left), budget, call, reporter);
  } finally {
    await reporter?.stop();
  }
}

async function waitForAnswer(
  running: Call,
  left: number,
  budget: number,
  { app: { jobs, settings }, signal }: ToolCall,
  reporter: ProgressReporter | undefined,
): Promise<ToolAnswer> {
  const answer = await answerWithinBudget(
    left,
    running.ended,
    async () => exceededAnswer(running.id, budget, await jobs.toBackground(running)),
    signal,
  );
  // What is sent after the answer would break the protocol.
  await reporter?.stop();
  if (answer) return { json: { ...answer }, jobId: running.id };
  if (!signal.aborted) return toAnswer(await jobs.finishCall(running, hasMore), running);
  const position = await jobs.toBackground(running);
  if (wantsStop(signal, settings.stopOnDisconnect)) await jobs.cancel(running.id);
  // Read only by a client that resumes a broken stream: a cancelled request is not answered.
  return { json: { ...callerLeftAnswer(running.id, position) }, jobId: running.id };
}

/** Whether a caller that left wants the run to end: see `docs/concepts/hosts.md`. */
function wantsStop({ reason }: AbortSignal, stopOnDisconnect: boolean): boolean {
  if (!(reason instanceof CallerLeft)) return false;
  return reason.how === "told to stop" || (reason.how === "closed its stream" && stopOnDisconnect);
}

function hasMore({ result }: Ended): boolean {
  return typeof result === "object" && result !== null &&
    ("truncated" in result || "artifacts" in result);
}

function toAnswer({ result, error }: Ended, { files }: Call): ToolAnswer {
  if (result === null) throw new UserError(error ?? "The run ended without a result");
  return {
    json: result as Record<string, unknown>,
    blocks: resultBlocks(result, files.artifacts),
  };
}

async function readEnvironment(
  run: PythonRun,
  input: RunInput,
  { app: { settings } }: ToolCall,
): Promise<CallerEnvironment> {
  if (input.env_file === undefined) return { env: input.env_vars ?? {} };
  const path = resolvePath(input.env_file, run.directory ?? settings.cwd, settings.env);
  const file = await readEnvFile(path, settings.env);
  return {
    env: { ...file.variables, ...input.env_vars },
    note: describeSkippedLines(path, file),
  };
}

async function makeRequest(
  run: PythonRun,
  input: RunInput,
  { env, note }: CallerEnvironment,
  background: boolean,
  { id, files }: Draft,
  { app }: ToolCall,
): Promise<ProcessRequest> {
  const { settings } = app;
  const scriptPath = run.script.path ?? files.source;
  if (run.script.path === undefined) writePrivate(scriptPath, run.script.source);
  const cwd = run.directory ?? files.artifacts;
  const runtime = await installScriptRuntime(settings.home);
  const plan = await prepareRun({
    scriptPath,
    source: run.script.source,
    cwd,
    args: input.args ?? [],
    stdin: input.stdin,
    env,
    useUv: run.useUv,
    pythonVersion: run.pythonVersion,
    dependencies: run.dependencies,
    detectImports: run.detectImports,
    projectDirectory: run.projectDirectory,
    projectUse: run.addsProject ? "added" : "unless-declared",
    importDirectory: run.script.path === undefined ? cwd : undefined,
  }, {
    home: settings.home,
    baseEnv: settings.env,
    scriptRuntimeEnv: (pythonPath) => runtime.env(pythonPath),
  });
  if (plan.announcement !== undefined) app.log.warn(plan.announcement);
  const warmUps = (run.benchmark?.repeat ?? 1) > 1 ? 1 : 0;
  const details: RunDetails = {
    execution_strategy: plan.strategy,
    names_python: run.namesDependencies || plan.strategy === "uv-run" ||
      run.pythonVersion !== undefined,
    resolved_dependencies: run.namesDependencies || plan.resolvedDependencies.length > 0
      ? plan.resolvedDependencies
      : undefined,
    benchmark: run.benchmark !== undefined,
    warm_up: warmUps === 1,
    note: [note, plan.note].filter((one) => one !== undefined).join(". ") || undefined,
  };
  const progressFile = { PYTHON_MCP_PROGRESS_FILE: files.progressFile };
  const [secret, ours] = split(plan.run.env ?? {}, (name) => name in env);
  return {
    prepare: plan.prepare.map((step) => ({ ...step, env: { ...step.env, ...progressFile } })),
    run: {
      ...plan.run,
      env: {
        ...ours,
        ...progressFile,
        PYTHON_MCP_JOB_ID: id,
        PYTHON_MCP_ARTIFACTS: files.artifacts,
        PYTHON_MCP_TOKEN: null,
      },
    },
    env: secret,
    prepareEnv: split(secret, (name) => FOR_PREPARATION.test(name))[0],
    timeoutSeconds: input.timeout_seconds,
    background,
    details,
    sampleIntervalSeconds: run.benchmark?.sampleIntervalSeconds,
    repeat: run.benchmark && run.benchmark.repeat + warmUps,
  };
}

function split(
  env: EnvChanges,
  belongs: (name: string) => boolean,
): [EnvChanges, EnvChanges] {
  const entries = Object.entries(env);
  return [
    Object.fromEntries(entries.filter(([name]) => belongs(name))),
    Object.fromEntries(entries.filter(([name]) => !belongs(name))),
  ];
}
