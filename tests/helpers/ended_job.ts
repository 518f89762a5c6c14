import type { Connection } from "./connect.ts";
import type { TestHome } from "./test_home.ts";

/** Runs a script as a job to its end; returns the job's id. */
export async function endedJob(
  server: Connection,
  home: TestHome,
  source: string,
): Promise<string> {
  const { json } = await server.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content: source,
    use_uv: false,
  });
  await server.call("py_job_status", { job_id: json.job_id, wait_seconds: 30 });
  return json.job_id as string;
}
