/** What the demo shows, a chapter each. */
import process from "node:process";
import { answer, BrokenPromise, promise, quote, seconds, title } from "./narrator.ts";
import { COUNT_MODULES, FIND_PRIMES, NEVER_ENDING, TABLE_OF_PACKAGES } from "./scripts.ts";
import { type Json, LABEL, PYTHON, Session } from "./session.ts";

/** How long the long script's caller waits, in seconds. */
const SHORT_BUDGET = 1;

export async function quickScript(session: Session): Promise<void> {
  title(1, "A quick script answers within its call");
  const result = await session.call("py_run_script_in_dir", {
    script_content: COUNT_MODULES,
    job_label: `${LABEL}count modules`,
    directory: session.folder,
    use_uv: false,
    time_budget_seconds: 20,
  });
  const { stdout, exit_code, elapsed_seconds } = result;
  answer({ exit_code, elapsed_seconds });
  quote(String(stdout));
  promise(
    exit_code === 0 && !("job_id" in result),
    "the result came with the answer; no job was made",
  );
}

export async function scriptWithPackages(session: Session): Promise<void> {
  title(2, "A script with packages from PyPI, installed by uv into an environment of its own");
  const input = {
    script_content: TABLE_OF_PACKAGES,
    job_label: `${LABEL}table of packages`,
    dependencies: ["humanize", "tabulate"],
    directory: session.folder,
    time_budget_seconds: 20,
  };
  const first = await settle(session, await session.call("py_run_script_with_dependencies", input));
  const { exit_code, resolved_dependencies, prepare_seconds, note } = first;
  answer({ exit_code, resolved_dependencies, prepare_seconds, ...(note ? { note } : {}) });
  quote(String(first.stdout));
  promise(exit_code === 0, "uv installed what the script needs");
  const began = performance.now();
  const again = await settle(session, await session.call("py_run_script_with_dependencies", input));
  const took = seconds(performance.now() - began);
  promise(again.stdout === first.stdout, `the same again took ${took}: the environment is kept`);
}

export async function longScript(session: Session): Promise<void> {
  title(3, "A long script goes on in the background, and tells how far it is");
  const started = await session.call("py_run_script_in_dir", {
    script_content: FIND_PRIMES,
    job_label: `${LABEL}find primes`,
    directory: session.folder,
    use_uv: false,
    time_budget_seconds: SHORT_BUDGET,
  });
  answer(started);
  // On a very busy machine it may still wait for its start.
  promise(
    typeof started.job_id === "string",
    "the answer came when its budget was over; the run was not disturbed",
  );
  const result = await settle(session, started);
  quote(String(result.stdout));
  promise(
    /^\d+ primes below \d+\n$/.test(String(result.stdout)),
    "its result is kept with the job",
  );
}

export async function cancelledScript(session: Session): Promise<void> {
  title(4, "A job is cancelled, and nothing of it goes on");
  const started = await session.call("py_run_script_in_dir_async", {
    script_content: NEVER_ENDING,
    job_label: `${LABEL}never ending`,
    directory: session.folder,
    use_uv: false,
  });
  answer(started);
  const id = started.job_id as string;
  const pids = await readPids(session, id);
  promise(pids.every(isAlive), `it runs as 3 processes, one a daemon: ${pids.join(", ")}`);
  const began = performance.now();
  const cancelled = await session.call("py_cancel_job", { job_id: id });
  answer(cancelled);
  const took = seconds(performance.now() - began);
  promise(cancelled.status === "cancelled", `the job is cancelled, after ${took}`);
  promise(!pids.some(isAlive), "none of the 3 processes runs any more");
}

export async function durableVariables(session: Session): Promise<void> {
  title(5, "A session keeps its variables, also when its server is killed");
  const run = (server: Session, code: string, more: Json = {}) =>
    server.call("py_session_run", { session: PYTHON, code, ...more });
  await using other = await Session.start(session.folder);
  await run(other, "squares = [n * n for n in range(1000)]", { use_uv: false });
  const counting = "import time\nfor step in range(4): time.sleep(0.5)\nsum(squares)";
  const started = await run(other, counting, {
    time_budget_seconds: 0.5,
    job_label: `${LABEL}sum`,
  });
  answer(started);
  const pid = other.killServer();
  promise(
    typeof started.job_id === "string",
    `a cell is still running; its server ${pid} is killed`,
  );
  const job = await session.follow(started.job_id);
  promise(job.result?.result === "332833500", "another server of the home has the cell's result");
  const { result, cell } = await run(session, "len(squares)");
  answer({ cell, result });
  promise(result === "1000", "and the variables are all there");
  answer(await session.call("py_session_end", { session: PYTHON }));
}

export async function nothingLeft(session: Session): Promise<void> {
  title(6, "What is left");
  const { jobs } = await session.call("py_list_jobs", { limit: 10 });
  const list = jobs as { id: string; label: string; status: string }[];
  quote(list.map(({ id, label, status }) => `${id}  ${status.padEnd(9)}  ${label}`).join("\n"));
  promise((await session.unfinished()).length === 0, "every job of this demo has ended");
}

/** The result of a call: itself, or that of the job that it became. */
async function settle(session: Session, result: Json): Promise<Json> {
  if (!("job_id" in result)) return result;
  const job = await session.follow(result.job_id);
  promise(job.status === "completed", `the job is completed${job.error ? `: ${job.error}` : ""}`);
  return job.result!;
}

/** The script prints them and does not flush: output is readable within a second anyway. */
async function readPids(session: Session, id: string): Promise<number[]> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const { partial_stdout = "" } = await session.job(id);
    if (partial_stdout.includes("\n")) return partial_stdout.trim().split(" ").map(Number);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new BrokenPromise("what a running script prints is readable within a second");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
