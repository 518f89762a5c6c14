import type { EnvChanges } from "../../base/command.ts";
import type { ProcessRequest } from "../../jobs/process/process_request.ts";
import type { RunDetails } from "../results/run_result.ts";
import type { Settings } from "../settings.ts";
import { askedRun } from "./asked_run.ts";
import { describeCommand } from "./describe_command.ts";
import { DEFAULT_TIMEOUT_SECONDS, type PythonRun, type RunOptions } from "./run_options.ts";
import { smallest } from "./smallest.ts";

/** Variables of the caller that uv needs as well: indexes, certificates, proxies. */
const FOR_PREPARATION = /^(UV_|PIP_|SSL_CERT_|REQUESTS_CA_BUNDLE$)|_proxy$/i;

/** How a run was planned, as far as its result tells. */
export interface Planned {
  strategy: RunDetails["execution_strategy"];
  usesUv: boolean;
  resolvedDependencies: string[];
  leftOut?: string;
  notes: (string | undefined)[];
}

/** What a request for this machine and one for a cluster have in common. */
export function commonRequest(
  run: PythonRun,
  options: RunOptions,
  plan: Planned,
  secret: EnvChanges,
  background: boolean,
  settings: Pick<Settings, "maxMemoryBytes" | "maxProcesses">,
) {
  const { benchmark } = run;
  const warmUps = (benchmark?.repeat ?? 1) > 1 ? 1 : 0;
  const namesDependencies = run.namesDependencies || plan.resolvedDependencies.length > 0;
  return {
    env: secret,
    prepareEnv: split(secret, (name) => FOR_PREPARATION.test(name))[0],
    timeoutSeconds: options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    maxMemoryBytes: smallest(memoryBytes(options), settings.maxMemoryBytes),
    maxProcesses: settings.maxProcesses,
    background,
    command: describeCommand(run, options),
    details: {
      execution_strategy: plan.strategy,
      names_python: run.namesDependencies || plan.usesUv || run.pythonVersion !== undefined,
      resolved_dependencies: namesDependencies ? plan.resolvedDependencies : undefined,
      left_out: plan.leftOut,
      benchmark: benchmark !== undefined,
      warm_up: warmUps === 1,
      note: plan.notes.filter((note) => note !== undefined).join(". ") || undefined,
      asked: askedRun(run, options),
    },
    sampleIntervalSeconds: benchmark?.sampleIntervalSeconds,
    repeat: benchmark && benchmark.repeat + warmUps,
  } satisfies Partial<ProcessRequest> & { details: RunDetails };
}

/** What the caller allows the run, in bytes. */
export function memoryBytes({ memoryMb }: Pick<RunOptions, "memoryMb">): number | undefined {
  return memoryMb && memoryMb * 2 ** 20;
}

/** The variables that belong somewhere, and the others. */
export function split(
  env: EnvChanges,
  belongs: (name: string) => boolean,
): [EnvChanges, EnvChanges] {
  const entries = Object.entries(env);
  return [
    Object.fromEntries(entries.filter(([name]) => belongs(name))),
    Object.fromEntries(entries.filter(([name]) => !belongs(name))),
  ];
}
