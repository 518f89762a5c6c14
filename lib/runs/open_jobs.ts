import { openHome } from "../jobs/files/home.ts";
import { JobManager } from "../jobs/job_manager.ts";
import { findLauncherPython } from "../python/interpreters/find_interpreters.ts";
import { removeUnusedEnvironments } from "../python/environment/remove_environments.ts";
import type { Log } from "./log.ts";
import { describeCell } from "./results/cell_result.ts";
import { describeRun } from "./results/run_result.ts";
import type { Settings } from "./settings.ts";

const DAY_MS = 24 * 3600 * 1000;

/** Opens the jobs of the home that the settings name. */
export function openJobs(settings: Settings, log: Log): JobManager {
  const { home, maxRunning, maxOutputBytes, keepDays } = settings;
  return new JobManager({
    home: openHome(home),
    python: () => findLauncherPython(),
    maxRunning,
    maxOutputBytes,
    keepDays,
    describe: (files, outcome) =>
      files.spec?.process.session ? describeCell(files, outcome) : describeRun(files, outcome),
    swept: (programs) => removeUnusedEnvironments(home, Date.now() - keepDays * DAY_MS, programs),
    log: (message) => log.debug(message),
    warn: (message) => log.warn(message),
  });
}
