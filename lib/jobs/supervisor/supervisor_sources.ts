import allowedHostsSource from "./allowed_hosts.py" with { type: "text" };
import cancelJobSource from "./cancel_job.py" with { type: "text" };
import copiedPagesSource from "./copied_pages.py" with { type: "text" };
import detachSource from "./detach.py" with { type: "text" };
import guardedNamesSource from "./guarded_names.py" with { type: "text" };
import hostsProxySource from "./hosts_proxy.py" with { type: "text" };
import jobFolderSource from "./job_folder.py" with { type: "text" };
import jobOutcomeSource from "./job_outcome.py" with { type: "text" };
import lessonSource from "./lesson.py" with { type: "text" };
import memoryCeilingSource from "./memory_ceiling.py" with { type: "text" };
import memorySamplesSource from "./memory_samples.py" with { type: "text" };
import namesSource from "./names.py" with { type: "text" };
import nextStepSource from "./next_step.py" with { type: "text" };
import outputPipesSource from "./output_pipes.py" with { type: "text" };
import preparedSandboxSource from "./prepared_sandbox.py" with { type: "text" };
import preparationSource from "./preparation.py" with { type: "text" };
import procProcessesSource from "./proc_processes.py" with { type: "text" };
import processCeilingSource from "./process_ceiling.py" with { type: "text" };
import processTreeSource from "./process_tree.py" with { type: "text" };
import psProcessesSource from "./ps_processes.py" with { type: "text" };
import requestSocketSource from "./request_socket.py" with { type: "text" };
import runCommandSource from "./run_command.py" with { type: "text" };
import sandboxMountsSource from "./sandbox_mounts.py" with { type: "text" };
import sandboxedCommandSource from "./sandboxed_command.py" with { type: "text" };
import sharedSlotSource from "./shared_slot.py" with { type: "text" };
import shownPathsSource from "./shown_paths.py" with { type: "text" };
import signalNameSource from "./signal_name.py" with { type: "text" };
import slotsSource from "./slots.py" with { type: "text" };
import spawnCommandSource from "./spawn_command.py" with { type: "text" };
import standardInputSource from "./standard_input.py" with { type: "text" };
import streamsSource from "./streams.py" with { type: "text" };
import supervisorSource from "./supervisor.py" with { type: "text" };
import unlistedProcessesSource from "./unlisted_processes.py" with { type: "text" };

/** The Python files of supervisors, which are installed beside those of the launcher. */
export const SUPERVISOR_SOURCES: Record<string, string> = {
  "allowed_hosts.py": allowedHostsSource,
  "cancel_job.py": cancelJobSource,
  "copied_pages.py": copiedPagesSource,
  "detach.py": detachSource,
  "guarded_names.py": guardedNamesSource,
  "hosts_proxy.py": hostsProxySource,
  "job_folder.py": jobFolderSource,
  "job_outcome.py": jobOutcomeSource,
  "lesson.py": lessonSource,
  "memory_ceiling.py": memoryCeilingSource,
  "memory_samples.py": memorySamplesSource,
  "names.py": namesSource,
  "next_step.py": nextStepSource,
  "output_pipes.py": outputPipesSource,
  "preparation.py": preparationSource,
  "prepared_sandbox.py": preparedSandboxSource,
  "proc_processes.py": procProcessesSource,
  "process_ceiling.py": processCeilingSource,
  "process_tree.py": processTreeSource,
  "ps_processes.py": psProcessesSource,
  "request_socket.py": requestSocketSource,
  "run_command.py": runCommandSource,
  "sandbox_mounts.py": sandboxMountsSource,
  "sandboxed_command.py": sandboxedCommandSource,
  "shared_slot.py": sharedSlotSource,
  "shown_paths.py": shownPathsSource,
  "signal_name.py": signalNameSource,
  "slots.py": slotsSource,
  "spawn_command.py": spawnCommandSource,
  "standard_input.py": standardInputSource,
  "streams.py": streamsSource,
  "supervisor.py": supervisorSource,
  "unlisted_processes.py": unlistedProcessesSource,
};
