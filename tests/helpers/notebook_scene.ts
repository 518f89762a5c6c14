import { join } from "node:path";
import { readIfThere } from "../../lib/base/private_files.ts";
import { inScene } from "./python_scene.ts";
import { runPlan } from "./run_plan.ts";

/** A notebook with these code cells. */
export function notebook(...cells: string[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 4,
    metadata: { kernelspec: { name: "somebody-elses", display_name: "x" } },
    cells: cells.map((source) => ({
      cell_type: "code",
      metadata: {},
      execution_count: null,
      outputs: [],
      source: source.split(/(?<=\n)/),
    })),
  });
}

interface Ran {
  stdout: string;
  stderr: string;
  code: number;
  /** What was noted as the error. */
  noted: string | undefined;
  artifacts: string[];
  /** The last progress that it told. */
  progress: string;
}

/** Runs a notebook as a job would; the environment is of a home that many notebooks may share. */
export async function runNotebook(
  home: string,
  text: string,
  dependencies?: string[],
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
) {
  let ran: Ran | undefined;
  await inScene(
    async ({ folder, plan, context }) => {
      const scriptPath = join(folder, "book.ipynb");
      Deno.writeTextFileSync(scriptPath, text);
      const artifacts = join(folder, "job", "artifacts");
      Deno.mkdirSync(artifacts, { recursive: true });
      const made = await plan("", {
        scriptPath,
        source: text,
        args,
        dependencies,
        detectImports: true,
        env: {
          PYTHON_MCP_ARTIFACTS: artifacts,
          PYTHON_MCP_PROGRESS_FILE: join(folder, "progress.json"),
          ...env,
        },
      });
      const ended = await runPlan(made, context.baseEnv);
      ran = {
        ...ended,
        noted: readIfThere(join(folder, "exception")),
        progress: readIfThere(join(folder, "progress.json")) ?? "",
        artifacts: [...Deno.readDirSync(artifacts)].map(({ name }) => name).sort(),
      };
    },
    {},
    home,
  );
  return ran!;
}
