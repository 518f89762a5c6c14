import { z } from "zod";
import { SESSION_ACTIONS } from "../../runs/sessions/session_actions.ts";
import { DEFAULT_TIMEOUT_SECONDS } from "../../runs/run/run_options.ts";
import { READS, REMOVES, RUNS_CODE } from "./annotations.ts";
import { defineTool, type Tool, type ToolCall } from "./define_tool.ts";
import {
  BUDGET_PARAMETERS,
  dependencies,
  directory,
  pythonVersion,
  RUN_PARAMETERS,
} from "./run_input.ts";
import { RUN_OUTPUT, toToolAnswer } from "./run_output.ts";

const integer = z.number().int();
const text = z.string();
const error = text.optional();
const { env_vars, env_file, memory_mb, sandbox, job_label } = RUN_PARAMETERS;
const { stdout, stderr, elapsed_seconds, timed_out, truncated, artifacts, note, job_id, status } =
  RUN_OUTPUT.shape;
const session = text.default("default");

const VARIABLE = z.object({
  name: text,
  type: text,
  shape: z.union([text, integer]).nullable(),
  size_bytes: integer.nullable(),
  preview: text.nullable(),
});

const SESSION = z.object({
  session: text,
  state: z.enum(["starting", "idle", "busy"]),
  job_id: text.nullable(),
  python_version: text.nullable(),
  directory: text,
  dependencies: z.array(text),
  started_at: text.nullable(),
  last_used_at: text.nullable(),
  cells: integer,
  memory_mb: z.number().nullable(),
  variables: z.array(VARIABLE).nullable().optional(),
});

/** Tools for a Python whose variables stay. */
export const SESSION_TOOLS: readonly Tool[] = [
  defineTool({
    name: "py_session_run",
    title: "Run Python in a session",
    description:
      "Run code in a session: a Python whose variables stay for the next call, as in a notebook (IPython, " +
      "top-level await, %magics, pictures). To explore data; what must be repeatable is a script. What it " +
      "imports is installed. A cell past its budget goes on as a job; py_cancel_job interrupts it and keeps " +
      "the variables.",
    annotations: RUNS_CODE,
    input: z.strictObject({
      code: text,
      session,
      dependencies,
      auto_install_deps: z.boolean().default(true).describe("Install what the code imports"),
      directory: directory.optional().describe(
        "This and the next five only when the session starts",
      ),
      python_version: pythonVersion,
      use_uv: z.boolean().optional(),
      env_vars,
      env_file,
      memory_mb,
      sandbox,
      timeout_seconds: z.number().min(0).default(DEFAULT_TIMEOUT_SECONDS),
      ...BUDGET_PARAMETERS,
      job_label,
    }),
    output: z.object({
      session: text.optional(),
      cell: integer.optional(),
      stdout,
      stderr,
      result: text.nullable().optional(),
      exception: text.nullable().optional(),
      elapsed_seconds,
      timed_out,
      truncated,
      artifacts,
      note,
      job_id,
      status,
      message: error,
      error,
    }),
    handle: async (input, call) => {
      const { runCell } = await load();
      const answer = await runCell(call.app, {
        code: input.code,
        session: input.session,
        dependencies: input.dependencies,
        detectsImports: input.auto_install_deps,
        directory: input.directory,
        pythonVersion: input.python_version,
        useUv: input.use_uv,
        envVars: input.env_vars,
        envFile: input.env_file,
        memoryMb: input.memory_mb,
        sandbox: input.sandbox,
        timeoutSeconds: input.timeout_seconds,
        background: input.async_mode,
        budgetSeconds: input.time_budget_seconds,
        label: input.job_label,
        client: clientOf(call),
      }, call);
      return await toToolAnswer(answer);
    },
  }),
  defineTool({
    name: "py_sessions",
    title: "List sessions",
    description: "The live sessions; for one, also its variables with type, shape and preview.",
    annotations: READS,
    input: z.strictObject({ session: text.optional() }),
    output: z.object({ sessions: z.array(SESSION).optional(), error }),
    handle: async ({ session }, { app }) => {
      const { listSessions } = await load();
      return { json: { sessions: await listSessions(app, session) } };
    },
  }),
  defineTool({
    name: "py_session_end",
    title: "End a session",
    description:
      "End a session and all it started, interrupt its cell (the variables stay), or restart it.",
    annotations: REMOVES,
    input: z.strictObject({
      session,
      action: z.enum(SESSION_ACTIONS).default("end"),
      replay: z.boolean().default(false).describe(
        "After a restart, run the cells that succeeded again",
      ),
    }),
    output: z.object({
      session: text.optional(),
      message: text.optional(),
      job_id: text.optional(),
      error,
    }),
    handle: async (input, call) => {
      const { endSession } = await load();
      return {
        json: { ...await endSession(call.app, { ...input, client: clientOf(call) }, call) },
      };
    },
  }),
  defineTool({
    name: "py_session_save",
    title: "Save a session as a notebook",
    description:
      "Write a session, even one that has ended, as a Jupyter notebook with its outputs.",
    annotations: REMOVES,
    input: z.strictObject({
      session,
      path: text.describe("Ends with .ipynb"),
      overwrite: z.boolean().default(false),
    }),
    output: z.object({
      written: z.boolean().optional(),
      path: text.optional(),
      cells: integer.optional(),
      error,
    }),
    handle: async (input, { app }) => {
      const { saveSession } = await load();
      return { json: { ...await saveSession(app, input) } };
    },
  }),
];

/** Loaded at the first use: no client waits for them when the server starts. */
function load(): Promise<typeof import("../../runs/sessions/sessions.ts")> {
  return import("../../runs/sessions/sessions.ts");
}

/** A connection; with stdio there is one to a server. */
function clientOf({ app, context }: ToolCall): string {
  return `${app.id} ${context.sessionId ?? ""}`;
}
