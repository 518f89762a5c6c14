import { MAIN, serverEnv } from "../../helpers/program.ts";
import { withUv } from "../../helpers/run_plan.ts";
import { type Called, type Contender, type Kernel, startServer } from "./contender.ts";

/** This server, its session with uv and IPython, as it is by default. */
export async function ours(home: string): Promise<Contender> {
  const env = { ...serverEnv(), ...await withUv(), PYTHON_MCP_HOME: home };
  const start = () =>
    startServer(
      [Deno.execPath(), "run", "-A", MAIN],
      env,
      home,
      (call) =>
        Promise.resolve(async (code, signal) => {
          const called = await call("py_session_run", { code }, signal);
          const { result, exception, message, error } = called.json as Record<
            string,
            string | null
          >;
          return { ...called, text: result ?? exception ?? error ?? message ?? "" };
        }),
    );
  return { start, interrupt };
}

async function interrupt(kernel: Kernel): Promise<Called> {
  const { json } = await kernel.call("py_session_run", {
    code: "import time; time.sleep(600)",
    time_budget_seconds: 1,
  });
  const called = await kernel.call("py_cancel_job", { job_id: json.job_id });
  return { ...called, text: String(called.json.status) };
}

/** A job's end. */
export async function untilEnded(kernel: Kernel, job_id: unknown): Promise<Called> {
  while (true) {
    const called = await kernel.call("py_job_status", { job_id, wait_seconds: 50 });
    const { status, result } = called.json.job as { status: string; result: { result?: string } };
    if (status !== "running" && status !== "pending") {
      return { ...called, text: result?.result ?? status };
    }
  }
}
