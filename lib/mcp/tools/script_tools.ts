import { z } from "zod";
import { listSavedScripts, saveScript } from "../../runs/scripts/saved_scripts.ts";
import { JOB_PAGE_URI } from "../resources/job_page.ts";
import { READS, REMOVES, RUNS_CODE } from "./annotations.ts";
import { defineTool, type Tool } from "./define_tool.ts";
import {
  BUDGET_PARAMETERS,
  dependencies,
  pythonVersion,
  RUN_PARAMETERS,
  runOptions,
} from "./run_input.ts";
import { RUN_OUTPUT, toToolAnswer } from "./run_output.ts";
import { loadRuns } from "./run_tools.ts";

const error = z.string().optional();
const scriptName = z.string().describe("Letters, digits, _ - .");

/** Tools for the scripts that a user keeps. */
export const SCRIPT_TOOLS: readonly Tool[] = [
  defineTool({
    name: "py_save_script",
    title: "Save a script",
    description:
      "Save a Python script under a name for py_run_saved_script. Its dependencies go into a " +
      "PEP 723 header.",
    annotations: REMOVES,
    input: z.strictObject({
      script_name: scriptName,
      source: z.string().describe("Python source"),
      dependencies,
      requires_python: pythonVersion,
      overwrite: z.boolean().default(false),
    }),
    output: z.object({
      written: z.boolean().optional(),
      path: z.string().optional(),
      message: z.string().optional(),
      note: z.string().optional(),
      error,
    }),
    handle: async (input, { app }) => ({
      json: {
        ...await saveScript(app, {
          name: input.script_name,
          source: input.source,
          dependencies: input.dependencies,
          requiresPython: input.requires_python,
          overwrite: input.overwrite,
        }),
      },
    }),
  }),
  defineTool({
    name: "py_list_scripts",
    title: "List saved scripts",
    description: "The saved scripts: name, path, description, dependencies.",
    annotations: READS,
    input: z.strictObject({}),
    output: z.object({
      scripts: z.array(z.object({
        name: z.string(),
        path: z.string(),
        description: z.string().nullable(),
        dependencies: z.array(z.string()),
        requires_python: z.string().nullable(),
      })).optional(),
      error,
    }),
    handle: async (_input, { app }) => ({
      json: { scripts: await listSavedScripts(app) },
    }),
  }),
  defineTool({
    name: "py_run_saved_script",
    title: "Run a saved script",
    description:
      "Run a script saved by py_save_script, with its dependencies. Long runs become jobs.",
    annotations: RUNS_CODE,
    input: z.strictObject({
      script_name: scriptName,
      auto_install_deps: z.boolean().default(true),
      ...RUN_PARAMETERS,
      ...BUDGET_PARAMETERS,
    }),
    output: RUN_OUTPUT,
    view: JOB_PAGE_URI,
    handle: async (input, call) => {
      const { runSavedScript } = await loadRuns();
      const run = {
        ...runOptions("py_run_saved_script", input),
        name: input.script_name,
        installsDependencies: input.auto_install_deps,
      };
      return await toToolAnswer(await runSavedScript(call.app, run, call));
    },
  }),
];
