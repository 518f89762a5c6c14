import { z } from "zod";
import type { RayWish } from "../../runs/run/run_options.ts";
import type { Tool } from "./define_tool.ts";

const amounts = z.record(z.string().min(1), z.number().min(0));
const text = z.string().min(1);

/** What tools take besides that run scripts, where there is a Ray cluster. */
const RAY_PARAMETERS = {
  run_on: z.enum(["local", "ray"]).default("local").describe("ray = on the Ray cluster"),
  ray: z.strictObject({
    cpus: z.number().min(0).optional(),
    gpus: z.number().min(0).optional(),
    custom: amounts.optional(),
    labels: z.record(text, text).optional(),
    include: z.array(text).optional().describe("Patterns of files to send (**/*.py)"),
    shared_directory: text.optional().describe("The folder as the cluster sees it; none is sent"),
  }).optional(),
};

/** A tool that runs scripts, with the parameters of a Ray cluster. */
export function withRay(tool: Tool): Tool {
  return { ...tool, input: tool.input.extend(RAY_PARAMETERS) };
}

/** What {@linkcode RAY_PARAMETERS} give, validated; nothing where there is no cluster. */
export interface RayInput {
  run_on?: "local" | "ray";
  ray?: Omit<RayWish, "sharedDirectory"> & { shared_directory?: string };
}

/** What is asked of the cluster; `undefined` for a run on this machine. */
export function rayWish({ run_on, ray = {} }: RayInput): RayWish | undefined {
  if (run_on !== "ray") return undefined;
  const { shared_directory, ...rest } = ray;
  return { ...rest, sharedDirectory: shared_directory };
}
