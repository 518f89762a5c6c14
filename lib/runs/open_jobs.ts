import { openHome } from "../jobs/files/home.ts";
import { JobManager, type JobManagerOptions } from "../jobs/job_manager.ts";
import { findLauncherPython } from "../python/interpreters/find_interpreters.ts";
import { probeInSandbox } from "../python/interpreters/probe_interpreters.ts";
import { probeSandbox } from "../python/sandbox/probe_sandbox.ts";
import { removeUnusedEnvironments } from "../python/environment/remove_environments.ts";
import type { Log } from "./log.ts";
import { describeCell } from "./results/cell_result.ts";
import { describeRun } from "./results/run_result.ts";
import { sweepSessions } from "./sweep_sessions.ts";
import type { Settings } from "./settings.ts";

const DAY_MS = 24 * 3600 * 1000;

/** Opens the jobs of the home that the settings name. */
export function openJobs(
  settings: Settings,
  log: Log,
  requestOf?: JobManagerOptions["requestOf"],
): JobManager {
  const { home, maxRunning, maxOutputBytes, keepDays, ray, sandbox, env } = settings;
  const isOff = sandbox.level === "off";
  probeInSandbox(isOff ? () => [] : probeSandbox({ settings: sandbox, home, env }));
  const opened = openHome(home);
  return new JobManager({
    home: opened,
    python: () => findLauncherPython(),
    maxRunning,
    maxOutputBytes,
    keepDays,
    ray,
    requestOf,
    describe: (files, outcome, { cell, spec = files.spec } = {}) =>
      spec?.process.session
        ? describeCell(files, outcome, spec, cell)
        : describeRun(files, outcome, spec),
    swept: async (programs) => {
      const before = Date.now() - keepDays * DAY_MS;
      const used = sweepSessions(opened, before);
      await removeUnusedEnvironments(home, before, [...programs, ...used]);
    },
    log: (message) => log.debug(message),
    warn: (message) => log.warn(message),
  });
}
