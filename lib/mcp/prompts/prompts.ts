import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { viewOf } from "../../jobs/model/job_view.ts";
import { readableTail } from "../../runs/jobs/job_output.ts";
import type { Prompt } from "./define_prompt.ts";

const TAIL_CHARACTERS = 4000;

export const PROMPTS: readonly Prompt[] = [
  {
    name: "plan_long_run",
    title: "Plan a long run",
    description: "How to run something that takes minutes or hours as a job, and follow it.",
    arguments: [{ name: "goal", description: "What the run is to achieve", required: true }],
    write: ({ goal }) =>
      Promise.resolve(
        `Plan and start a long Python run for this goal: ${goal}\n\n` +
          "1. Write the script so that it reports progress: `from python_mcp import " +
          "create_progress_callback`, then `progress(current, total, message)`.\n" +
          "2. Let it write what is worth keeping to the folder in `os.environ['PYTHON_MCP_ARTIFACTS']`, " +
          "and intermediate results too, so that a stop loses little.\n" +
          "3. Try it on a small input first, with py_run_script_with_dependencies.\n" +
          "4. Start it with py_run_script_with_dependencies_async, a job_label and a timeout_seconds " +
          "that fits.\n" +
          "5. Follow it with py_job_status and wait_seconds: 50; read new output with the cursors. " +
          "Tell the user the job_id, so that the job can be found again later.",
      ),
  },
  {
    name: "diagnose_failed_job",
    title: "Diagnose a failed job",
    description: "What a failed job printed and how it ended, with the question why.",
    arguments: [{ name: "job_id", description: "The job", required: true }],
    write: async ({ job_id }, app) => {
      const row = await app.jobs.get(job_id!);
      const files = app.jobs.files(job_id!);
      if (!row || !files) {
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown job: ${job_id}`);
      }
      const { result: _, ...job } = viewOf(row);
      const tail = (name: "stdout" | "stderr") => readableTail(files, name, TAIL_CHARACTERS);
      return `Find out why this job failed, and say what to change so that it works.\n\n` +
        `Job:\n${JSON.stringify(job, null, 2)}\n\n` +
        `End of stderr:\n${tail("stderr")}\n\nEnd of stdout:\n${tail("stdout")}`;
    },
  },
];
