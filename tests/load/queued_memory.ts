import { residentBytes } from "../bench/processes.ts";
import { RawSession } from "../helpers/raw_session.ts";
import { killIfThere, TestHome } from "../helpers/test_home.ts";
import { launchers } from "../jobs/kill.ts";

const QUEUED = 1000;

/** By how many MB a server and its launcher grow when 1,000 jobs wait there. */
export async function queuedMemoryMb(): Promise<number> {
  await using home = await TestHome.create();
  await using session = new RawSession(home.path, { PYTHON_MCP_MAX_RUNNING: "1" });
  await session.initialize();
  const start = async (seconds: number) => {
    const { job_id } = await session.call("py_run_script_in_dir_async", {
      directory: home.path,
      script_content: `import time; time.sleep(${seconds})`,
      use_uv: false,
    });
    return String(job_id);
  };
  const running = await start(1000);
  // What the first jobs load is no cost of those that wait.
  for (let n = 0; n < 20; n++) await start(0);
  const memory = () =>
    [session.child.pid, ...launchers(home.path)].reduce((sum, pid) => sum + residentBytes(pid), 0);
  const before = memory();
  for (let n = 0; n < QUEUED; n++) await start(0);
  const grown = memory() - before;
  // Nobody needs their ends.
  for (const pid of [session.child.pid, ...launchers(home.path)]) Deno.kill(pid, "SIGKILL");
  await using last = new RawSession(home.path, { PYTHON_MCP_MAX_RUNNING: "1" });
  await last.initialize();
  await last.call("py_cancel_job", { job_id: running });
  for (const { pid } of home.processes()) killIfThere(pid);
  return Math.round(grown / 2 ** 20 * 10) / 10;
}
