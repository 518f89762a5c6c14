import { z } from "zod";
import type { PrepareStep } from "../../lib/base/command.ts";
import { requireTasks } from "../../lib/mcp/tasks/task_bridge.ts";
import { ask, askFor } from "./input_fixtures.ts";
import type { Tool, ToolAnswer, ToolCall } from "../../lib/mcp/tools/define_tool.ts";

const ANNOTATIONS = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** Tools whose work is a real job: what the scenarios about tasks call. */
export const TASK_FIXTURES: Tool[] = [
  {
    name: "greet",
    title: "Greet",
    description: "Answers at once.",
    annotations: ANNOTATIONS,
    input: z.object({ name: z.string() }),
    output: z.object({}),
    handle: ({ name }: { name: string }) =>
      Promise.resolve({
        json: {},
        result: { content: [{ type: "text" as const, text: `Hello, ${name}!` }] },
      }),
  },
  {
    name: "slow_compute",
    title: "Compute slowly",
    description: "Sleeps as a job.",
    annotations: ANNOTATIONS,
    input: z.object({ seconds: z.number().default(0) }),
    output: z.object({}),
    handle: ({ seconds }: { seconds: number }, call) =>
      startJob(call, ["sleep", String(seconds)], []),
  },
  {
    name: "failing_job",
    title: "Fail",
    description: "A job that cannot be carried out.",
    annotations: ANNOTATIONS,
    input: z.object({}),
    output: z.object({}),
    handle(_: object, call) {
      requireTasks(call.context);
      return startJob(call, ["true"], [{
        label: "Preparing",
        argv: ["sh", "-c", "sleep 1; exit 1"],
      }]);
    },
  },
  {
    name: "test_tool_with_task",
    title: "Ask, then compute",
    description: "Asks for input before it starts its job.",
    annotations: ANNOTATIONS,
    input: z.object({}),
    output: z.object({}),
    handle(_: object, call) {
      const { name } = call.context.mcpReq.inputResponses ?? {};
      return name === undefined
        ? Promise.resolve({ json: {}, result: ask({ name: askFor("name", "Your name?") }) })
        : startJob(call, ["echo", JSON.stringify(name)], []);
    },
  },
];

async function startJob(
  { app: { jobs } }: ToolCall,
  argv: string[],
  prepare: PrepareStep[],
): Promise<ToolAnswer> {
  const draft = jobs.draft({ tool: "fixture", label: null, listed: true });
  await jobs.start(draft, {
    prepare,
    run: { argv, cwd: draft.files.artifacts },
    env: {},
    prepareEnv: {},
    timeoutSeconds: 60,
    background: true,
    details: { execution_strategy: "system-python" },
  });
  return { json: { job_id: draft.id, status: "pending", message: "started" }, jobId: draft.id };
}
