import { z } from "zod";
import type { BenchmarkOptions, RunOptions } from "../../runs/run/run_options.ts";
import { JOB_PAGE_URI } from "../resources/job_page.ts";
import { RUNS_CODE } from "./annotations.ts";
import { defineTool, type Tool, type ToolAnswer, type ToolCall } from "./define_tool.ts";
import {
  BUDGET_PARAMETERS,
  dependencies,
  directory,
  pythonVersion,
  RUN_PARAMETERS,
  runOptions,
  SCRIPT_PARAMETERS,
  scriptChoice,
} from "./run_input.ts";
import { BENCHMARK_OUTPUT, RUN_OUTPUT, toToolAnswer } from "./run_output.ts";

const IN_DIRECTORY = {
  directory: directory.describe("Working directory; must exist"),
  ...SCRIPT_PARAMETERS,
  use_uv: z.boolean().default(true).describe(
    "Run through uv, isolated, with dependencies; false = the Python on PATH as it is",
  ),
  python_version: pythonVersion,
  auto_install_deps: z.boolean().default(true).describe("With uv: install what the script needs"),
  ...RUN_PARAMETERS,
};

const WITH_DEPENDENCIES = {
  ...SCRIPT_PARAMETERS,
  dependencies,
  python_version: pythonVersion,
  auto_parse_imports: z.boolean().default(true).describe("Install what the imports need"),
  ignore_project_requirements: z.boolean().default(true).describe(
    "false = add the project's requirements",
  ),
  directory: directory.optional().describe("Working directory"),
  ...RUN_PARAMETERS,
};

const inDirectory = z.strictObject({ ...IN_DIRECTORY, ...BUDGET_PARAMETERS });
const inDirectoryAsync = z.strictObject(IN_DIRECTORY);
const withDependencies = z.strictObject({ ...WITH_DEPENDENCIES, ...BUDGET_PARAMETERS });
const withDependenciesAsync = z.strictObject(WITH_DEPENDENCIES);
const benchmark = withDependencies.extend({
  sample_interval: z.number().min(0.005).max(60).default(0.05).describe(
    "Seconds between memory samples",
  ),
  repeat: z.number().int().min(1).max(1000).default(1).describe(
    "Runs; > 1 gives statistics, after a warm-up run that does not count",
  ),
});

export const RUN_TOOLS: readonly Tool[] = [
  defineTool({
    name: "py_run_script_in_dir",
    title: "Run Python in a directory",
    description:
      "Run a Python script (file or inline) with a directory as its working directory. Returns stdout, " +
      "stderr and exit_code; a run longer than its budget (20 s) continues as a background job and you " +
      "get its job_id for py_job_status.",
    annotations: RUNS_CODE,
    input: inDirectory,
    output: RUN_OUTPUT,
    view: JOB_PAGE_URI,
    handle: (input, call) => inDirectoryOf(runOptions("py_run_script_in_dir", input), input, call),
  }),
  defineTool({
    name: "py_run_script_in_dir_async",
    title: "Start Python in a directory",
    description:
      "Like py_run_script_in_dir, but in the background at once: for runs that take minutes.",
    annotations: RUNS_CODE,
    input: inDirectoryAsync,
    output: RUN_OUTPUT,
    view: JOB_PAGE_URI,
    handle: (input, call) => {
      const options = runOptions("py_run_script_in_dir_async", { ...input, async_mode: true });
      return inDirectoryOf(options, input, call);
    },
  }),
  defineTool({
    name: "py_run_script_with_dependencies",
    title: "Run Python with packages",
    description:
      "Run a Python script with packages from PyPI in an isolated environment that is kept for the next " +
      "run with the same set. Also for inline code without a directory. Long runs become jobs.",
    annotations: RUNS_CODE,
    input: withDependencies,
    output: RUN_OUTPUT,
    view: JOB_PAGE_URI,
    handle: (input, call) =>
      withDependenciesOf(runOptions("py_run_script_with_dependencies", input), input, call),
  }),
  defineTool({
    name: "py_run_script_with_dependencies_async",
    title: "Start Python with packages",
    description: "Like py_run_script_with_dependencies, but in the background at once.",
    annotations: RUNS_CODE,
    input: withDependenciesAsync,
    output: RUN_OUTPUT,
    view: JOB_PAGE_URI,
    handle: (input, call) => {
      const name = "py_run_script_with_dependencies_async";
      return withDependenciesOf(runOptions(name, { ...input, async_mode: true }), input, call);
    },
  }),
  defineTool({
    name: "py_benchmark_script",
    title: "Benchmark Python",
    description:
      "Run a Python script and measure wall time, CPU time and peak memory of its process tree; only " +
      "the script is measured. Each repetition's output is in stdout.",
    annotations: RUNS_CODE,
    input: benchmark,
    output: BENCHMARK_OUTPUT,
    view: JOB_PAGE_URI,
    handle: ({ sample_interval, repeat, ...input }, call) => {
      const options = runOptions("py_benchmark_script", input);
      return withDependenciesOf(options, input, call, {
        sampleIntervalSeconds: sample_interval,
        repeat,
      });
    },
  }),
];

/** Their modules are loaded at the first run: no client waits for them when the server starts. */
export function loadRuns(): Promise<typeof import("../../runs/run/run_scripts.ts")> {
  return runs ??= import("../../runs/run/run_scripts.ts");
}

/** Kept, since even an import that was made before has its price at each call. */
let runs: ReturnType<typeof loadRuns> | undefined;

async function inDirectoryOf(
  options: RunOptions,
  input: z.output<typeof inDirectoryAsync>,
  call: ToolCall,
): Promise<ToolAnswer> {
  const { runInDirectory } = await loadRuns();
  const run = {
    ...options,
    ...scriptChoice(input),
    directory: input.directory,
    useUv: input.use_uv,
    pythonVersion: input.python_version,
    installsDependencies: input.auto_install_deps,
  };
  return await toToolAnswer(await runInDirectory(call.app, run, call));
}

async function withDependenciesOf(
  options: RunOptions,
  input: z.output<typeof withDependenciesAsync>,
  call: ToolCall,
  benchmark?: BenchmarkOptions,
): Promise<ToolAnswer> {
  const { runWithDependencies } = await loadRuns();
  const run = {
    ...options,
    ...scriptChoice(input),
    directory: input.directory,
    pythonVersion: input.python_version,
    dependencies: input.dependencies,
    detectsImports: input.auto_parse_imports,
    ignoresProject: input.ignore_project_requirements,
    benchmark,
  };
  return await toToolAnswer(await runWithDependencies(call.app, run, call));
}
