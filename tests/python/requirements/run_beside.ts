import assert from "node:assert/strict";
import { join } from "node:path";
import { writeFiles } from "../../helpers/folder_tree.ts";
import type { Scene } from "../../helpers/python_scene.ts";
import { runPlan } from "../../helpers/run_plan.ts";

/** Prints the version that an environment has of a package. */
export const idna = "import idna\nprint(idna.__version__)\n";

/** Runs `script` below the scene's folder `work`; the rest of the request as given. */
export async function runBeside(
  { folder, plan, context }: Scene,
  source: string,
  script = "s.py",
  request: Parameters<Scene["plan"]>[1] = {},
) {
  const work = join(folder, "work");
  const scriptPath = join(writeFiles(work, { [script]: source }), script);
  const made = await plan("", {
    scriptPath,
    source,
    cwd: work,
    projectDirectory: work,
    detectImports: true,
    ...request,
  });
  const ended = await runPlan(made, context.baseEnv);
  assert.equal(ended.code, 0, ended.stderr);
  return { stdout: ended.stdout, note: made.note ?? "", plan: made };
}
