import { z } from "zod";
import type { RunAnswer } from "../../runs/run/run_options.ts";
import type { ToolAnswer } from "./define_tool.ts";
import { withPictures } from "./with_pictures.ts";

const integer = z.number().int();
const optional = <T extends z.ZodType>(type: T) => type.optional();

/** All that a tool which runs Python may answer: a result, a job that goes on, or an error. */
export const RUN_OUTPUT = z.object({
  stdout: optional(z.string()),
  stderr: optional(z.string()),
  exit_code: optional(integer.nullable()),
  execution_strategy: optional(z.enum(["uv-run", "system-python", "ray"])),
  node: optional(z.string()),
  elapsed_seconds: optional(z.number()),
  prepare_seconds: optional(z.number()),
  /** With SMART_ASYNC_DEBUG alone. */
  warm: optional(z.literal(true)),
  cold: optional(z.string()),
  signal: optional(z.string()),
  timed_out: optional(z.boolean()),
  resolved_dependencies: optional(z.array(z.string())),
  python_version_used: optional(z.string()),
  truncated: optional(z.record(
    z.string(),
    z.object({ omitted_characters: integer, uri: z.string() }),
  )),
  artifacts: optional(z.array(z.object({
    name: z.string(),
    mime_type: z.string(),
    size_bytes: integer,
    uri: z.string(),
    path: z.string(),
  }))),
  note: optional(z.string()),
  job_id: optional(z.string()),
  status: optional(z.enum(["pending", "running"])),
  message: optional(z.string()),
  error: optional(z.string()),
});

const STATISTICS = z.object({
  min: z.number(),
  median: z.number(),
  max: z.number(),
  mean: z.number(),
  standard_deviation: z.number(),
});

export const BENCHMARK_OUTPUT = RUN_OUTPUT.extend({
  wall_time_seconds: optional(z.number()),
  cpu_time_seconds: optional(z.number()),
  user_time_seconds: optional(z.number()),
  system_time_seconds: optional(z.number()),
  peak_rss_mb: optional(z.number()),
  memory_profile: optional(z.array(z.array(z.number())).describe("[seconds, MB]")),
  runs: optional(integer),
  wall_time_statistics: optional(STATISTICS),
  cpu_time_statistics: optional(STATISTICS),
});

/** How a run answers, as a tool's answer. */
export async function toToolAnswer(answer: RunAnswer): Promise<ToolAnswer> {
  if ("background" in answer) {
    return { json: { ...answer.background }, jobId: answer.background.job_id };
  }
  return await withPictures(answer.ended, answer.ended, answer.artifacts);
}
