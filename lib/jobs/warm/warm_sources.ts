import becomeScriptSource from "./become_script.py" with { type: "text" };
import chooseHostSource from "./choose_host.py" with { type: "text" };
import hostConnectionSource from "./host_connection.py" with { type: "text" };
import hostHookSource from "./host_hook.py" with { type: "text" };
import hostMemorySource from "./host_memory.py" with { type: "text" };
import importedFilesSource from "./imported_files.py" with { type: "text" };
import knownHostsSource from "./known_hosts.py" with { type: "text" };
import learnedSource from "./learned.py" with { type: "text" };
import nextRunSource from "./next_run.py" with { type: "text" };
import ownMemorySource from "./own_memory.py" with { type: "text" };
import preloadSource from "./preload.py" with { type: "text" };
import probeSource from "./probe.py" with { type: "text" };
import quickEndSource from "./quick_end.py" with { type: "text" };
import randomGeneratorsSource from "./random_generators.py" with { type: "text" };
import refreshModulesSource from "./refresh_modules.py" with { type: "text" };
import startHostSource from "./start_host.py" with { type: "text" };
import warmHostSource from "./warm_host.py" with { type: "text" };
import warmJobSource from "./warm_job.py" with { type: "text" };
import warmHostsSource from "./warm_hosts.py" with { type: "text" };

/** The Python files of warm hosts, beside which they are installed with those of the supervisor. */
export const WARM_SOURCES: Record<string, string> = {
  "become_script.py": becomeScriptSource,
  "choose_host.py": chooseHostSource,
  "host_connection.py": hostConnectionSource,
  "hook/sitecustomize.py": hostHookSource,
  "host_memory.py": hostMemorySource,
  "imported_files.py": importedFilesSource,
  "known_hosts.py": knownHostsSource,
  "learned.py": learnedSource,
  "next_run.py": nextRunSource,
  "own_memory.py": ownMemorySource,
  "preload.py": preloadSource,
  "probe.py": probeSource,
  "quick_end.py": quickEndSource,
  "random_generators.py": randomGeneratorsSource,
  "refresh_modules.py": refreshModulesSource,
  "start_host.py": startHostSource,
  "warm_host.py": warmHostSource,
  "warm_job.py": warmJobSource,
  "warm_hosts.py": warmHostsSource,
  // Python would make it with the mode that a umask allows.
  "hook/__pycache__/": "",
};
