import type { Settings } from "../../runs/settings.ts";
import {
  describeInterpreters,
  findLauncherPython,
  listInterpreters,
} from "../../python/interpreters/find_interpreters.ts";
import { MOUNT_PROC, seeProcesses } from "../program/see_processes.ts";
import type { Finding } from "./finding.ts";
import { answerOf } from "./doctor_command.ts";

/** Asks the kernel for what supervisors use to catch what scripts leave behind; see process_tree.py. */
const SUBREAPER = "import ctypes; print(ctypes.CDLL(None).prctl(36, 1, 0, 0, 0))";

/** The interpreters for scripts, and the one that runs launcher and supervisors. */
export async function checkPythons({ env }: Settings): Promise<Finding[]> {
  const all = await listInterpreters(env);
  const launcher = findLauncherPython(env);
  const findings: Finding[] = [{
    check: "Python",
    level: "ok",
    message: describeInterpreters(all),
  }];
  if (Deno.build.os !== "linux") return findings;
  const works = await answerOf(launcher, ["-I", "-S", "-c", SUBREAPER]) === "0";
  findings.push({
    check: "supervisor",
    level: works ? "ok" : "warning",
    message: works
      ? `${launcher}; a job's end is the end of all its processes`
      : `${launcher} has no ctypes: processes that detach from a job are found only by their environment`,
    ...(works ? {} : { fix: "Install the ctypes module of that Python (python3-ctypes, libffi)." }),
  });
  if (seeProcesses() === "other") {
    findings.push({
      check: "processes",
      level: "warning",
      message:
        "/proc shows the processes of another pid namespace: jobs with memory_mb are refused, " +
        "figures lack memory, and what a killed supervisor leaves is not found",
      fix: `${MOUNT_PROC} (or give unshare --mount-proc)`,
    });
  }
  return findings;
}
