import { dirname } from "node:path";
import { z } from "zod";
import { resolvePath } from "../base/resolve_path.ts";
import { JOB_PAGE_URI } from "./job_page.ts";
import { defineTool, type Tool, type ToolCall } from "./define_tool.ts";
import {
  BUDGET_PARAMETERS,
  dependencies,
  pythonVersion,
  readScript,
  requireDirectory,
  RUN_PARAMETERS,
  SCRIPT_PARAMETERS,
} from "./run_input.ts";
import { BENCHMARK_OUTPUT, RUN_OUTPUT } from "./run_output.ts";
import type { PythonRun, RunInput } from "./run_python.ts";

/** Scripts may do anything: that is what they are for. */
export const RUNS_CODE = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};

const IN_DIRECTORY = {
  directory: z.string().describe("Working directory; must exist"),
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
  directory: z.string().optional().describe("Working directory"),
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
      "stderr and exit_code; a run longer than its budget (20 s) goes on as a background job and you " +
      "get its job_id for py_job_status.",
    annotations: RUNS_CODE,
    input: inDirectory,
    output: RUN_OUTPUT,
    view: JOB_PAGE_URI,
    handle: (input, call) => runInDirectory("py_run_script_in_dir", input, true, call),
  }),
  defineTool({
    name: "py_run_script_in_dir_async",
    title: "Start Python in a directory",
    description: "As py_run_script_in_dir, in the background at once: for runs that take minutes.",
    annotations: RUNS_CODE,
    input: inDirectoryAsync,
    output: RUN_OUTPUT,
    view: JOB_PAGE_URI,
    handle: (input, call) => runInDirectory("py_run_script_in_dir_async", input, false, call),
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
      runWithDependencies("py_run_script_with_dependencies", input, true, call),
  }),
  defineTool({
    name: "py_run_script_with_dependencies_async",
    title: "Start Python with packages",
    description: "As py_run_script_with_dependencies, in the background at once.",
    annotations: RUNS_CODE,
    input: withDependenciesAsync,
    output: RUN_OUTPUT,
    view: JOB_PAGE_URI,
    handle: (input, call) =>
      runWithDependencies("py_run_script_with_dependencies_async", input, false, call),
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
    handle: ({ sample_interval, repeat, ...input }, call) =>
      runWithDependencies("py_benchmark_script", input, true, call, {
        sampleIntervalSeconds: sample_interval,
        repeat,
      }),
  }),
];

/** Its modules are loaded at the first run: no client waits for them when the server starts. */
export async function runPython(run: PythonRun, input: RunInput, call: ToolCall) {
  const module = await import("./run_python.ts");
  return await module.runPython(run, input, call);
}

function runInDirectory(
  tool: string,
  input: z.output<typeof inDirectoryAsync> & RunInput,
  mayAnswer: boolean,
  call: ToolCall,
) {
  const { settings } = call.app;
  const directory = requireDirectory(resolvePath(input.directory, settings.cwd, settings.env));
  return runPython(
    {
      tool,
      script: readScript(input, directory, settings.env),
      directory,
      useUv: input.use_uv,
      pythonVersion: input.python_version,
      detectImports: input.auto_install_deps,
      projectDirectory: directory,
      namesDependencies: false,
      mayAnswer,
    },
    input,
    call,
  );
}

function runWithDependencies(
  tool: string,
  input: z.output<typeof withDependenciesAsync> & RunInput,
  mayAnswer: boolean,
  call: ToolCall,
  benchmark?: PythonRun["benchmark"],
) {
  const { settings } = call.app;
  const directory = input.directory === undefined
    ? undefined
    : requireDirectory(resolvePath(input.directory, settings.cwd, settings.env));
  const script = readScript(input, directory ?? settings.cwd, settings.env);
  const folder = directory ?? (script.path && dirname(script.path));
  return runPython(
    {
      tool,
      script,
      directory: folder,
      useUv: true,
      pythonVersion: input.python_version,
      dependencies: input.dependencies,
      detectImports: input.auto_parse_imports,
      projectDirectory: input.ignore_project_requirements ? undefined : folder,
      addsProject: true,
      namesDependencies: true,
      mayAnswer,
      benchmark,
    },
    input,
    call,
  );
}
