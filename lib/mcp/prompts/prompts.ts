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
    name: "explore_data",
    title: "Explore data in a session",
    description: "How to answer questions about data in a session, and leave a notebook.",
    arguments: [
      {
        name: "goal",
        description: "What is to be found out, and about which data",
        required: true,
      },
      { name: "session", description: "The session's name", required: false },
    ],
    write: ({ goal, session = "exploration" }) =>
      Promise.resolve(
        `Find this out, step by step, in the session ${session}: ${goal}\n\n` +
          `1. Load the data once with py_session_run (session: "${session}", directory: the folder of ` +
          "the data): its variables stay, whatever becomes of this client. Imports are installed.\n" +
          "2. Look before you compute: shape, types, missing values, a few rows. End a cell with an " +
          "expression; its text is the result.\n" +
          "3. One question a cell. Keep what is expensive in a variable; plots come back as pictures.\n" +
          "4. A cell that takes long goes on as a job: follow it with py_job_status. py_cancel_job " +
          "interrupts it and keeps the variables.\n" +
          "5. Where a note says that the variables are gone: py_session_end with action restart and " +
          "replay true brings them back.\n" +
          "6. At the end save the notebook with py_session_save and tell the user its path. What is to " +
          "be run again belongs into a script: py_save_script.",
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
