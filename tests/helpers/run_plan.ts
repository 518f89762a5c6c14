import { dirname, join } from "node:path";
import type { EnvChanges, PrepareStep, RunStep } from "../../lib/base/command.ts";
import { exists } from "../../lib/base/private_files.ts";
import { findInterpreterWithPip } from "../../lib/python/interpreters/find_interpreters.ts";
import { installUvStep, ownUv } from "../../lib/python/environment/find_uv.ts";
import type { RunPlan } from "../../lib/python/prepare_run.ts";
import { type Ended, runProcess } from "./run_process.ts";

/** Carries out one command as the supervisor does, without its locks and limits. */
export async function runCommand(
  step: Pick<RunStep | PrepareStep, "argv" | "env"> & { cwd?: string; stdin?: string },
  baseEnv: Record<string, string>,
): Promise<Ended> {
  const { argv, cwd, stdin, env = {} } = step;
  return await runProcess(argv, { cwd, stdin, clearEnv: true, env: changed(baseEnv, env) });
}

/** Carries out a plan; a failing step ends it with what that step printed and its label. */
export async function runPlan(
  plan: RunPlan,
  baseEnv: Record<string, string>,
): Promise<Ended & { failedStep?: string }> {
  for (const step of plan.prepare) {
    if (step.creates && exists(step.creates)) continue;
    const ended = await runCommand(step, baseEnv);
    if (ended.code !== 0) return { ...ended, failedStep: step.label };
    if (step.save_stdout_to) Deno.writeTextFileSync(step.save_stdout_to, ended.stdout.trim());
  }
  return await runCommand(plan.run, baseEnv);
}

/** What a server needs in its environment to find a uv that is installed already. */
export async function withUv(): Promise<{ PATH: string }> {
  return { PATH: `${await uvFolder()}:${Deno.env.get("PATH")}` };
}

/** The folder of a real uv, which the first test that asks installs for all to come. */
export async function uvFolder(): Promise<string> {
  const shared = join(Deno.env.get("TMPDIR") ?? "/tmp", "python-mcp-test-uv");
  const folder = dirname(ownUv(shared));
  if (exists(ownUv(shared))) return folder;
  Deno.mkdirSync(shared, { recursive: true });
  using lock = Deno.openSync(join(shared, "lock"), { create: true, write: true });
  lock.lockSync(true);
  if (exists(ownUv(shared))) return folder;
  const python = await findInterpreterWithPip("/usr/bin/python3");
  if (python === undefined) throw new Error("no Python here has pip to install uv with");
  const ended = await runCommand(installUvStep(shared, python), Deno.env.toObject());
  if (ended.code !== 0) throw new Error(`uv could not be installed: ${ended.stderr}`);
  return folder;
}

function changed(env: Record<string, string>, changes: EnvChanges): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...env, ...changes }).filter((entry): entry is [string, string] =>
      entry[1] !== null
    ),
  );
}
