import type { Command } from "./command/define_command.ts";
import { COMPLETE, COMPLETIONS } from "./completions.ts";
import { DASHBOARD } from "./dashboard.ts";
import { DEMO } from "./demo.ts";
import { DEPS } from "./deps.ts";
import { DOCTOR } from "./doctor.ts";
import { INSTALL, UNINSTALL } from "./install.ts";
import { JOBS } from "./jobs/jobs.ts";
import { PERMISSIONS } from "./permissions.ts";
import { RUN } from "./run.ts";
import { SCRIPTS } from "./scripts.ts";
import { SESSIONS } from "./sessions/sessions.ts";
import { SERVE } from "./serve.ts";
import { SERVICE } from "./service.ts";
import { VERSION } from "./version.ts";

/** Every command of the command line, in the order in which `--help` lists them. */
export const COMMANDS: readonly Command[] = [
  SERVE,
  RUN,
  JOBS,
  SESSIONS,
  SCRIPTS,
  DEPS,
  DASHBOARD,
  DOCTOR,
  INSTALL,
  UNINSTALL,
  SERVICE,
  PERMISSIONS,
  DEMO,
  COMPLETIONS,
  COMPLETE,
  VERSION,
];
