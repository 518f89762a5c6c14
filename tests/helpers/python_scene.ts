import { delimiter, join } from "node:path";
import { exists } from "../../lib/base/private_files.ts";
import { prepareRun, type RunContext, type RunRequest } from "../../lib/python/prepare_run.ts";
import { installScriptRuntime } from "../../lib/python/in_script/script_runtime.ts";
import { serverEnv } from "./program.ts";
import { uvFolder } from "./run_plan.ts";
import { giveRuntime } from "./test_home.ts";

/** A folder with a home, and a script in it. */
export interface Scene {
  folder: string;
  context: RunContext;
  /** Writes the script and plans its run. */
  plan: (source: string, request?: Partial<RunRequest>) => ReturnType<typeof prepareRun>;
}

/** A home for all scenes of a file that are given it: an environment that many of them need is made once. */
export function sceneHome(): () => string {
  let home: string | undefined;
  Deno.test.afterAll(() => {
    if (home !== undefined) Deno.removeSync(home, { recursive: true });
  });
  return () => home ??= Deno.realPathSync(Deno.makeTempDirSync());
}

/** Runs a test in a folder of its own, with a real uv on PATH; the home is in it where none is given. */
export async function inScene(
  body: (scene: Scene) => Promise<void>,
  env: Record<string, string> = {},
  givenHome?: string,
) {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    const home = givenHome ?? join(folder, "home");
    if (!exists(join(home, "runtime"))) giveRuntime(home);
    const runtime = installScriptRuntime(home);
    const path = [await uvFolder(), Deno.env.get("PATH")].join(delimiter);
    const baseEnv = { ...serverEnv(), PATH: path, ...env };
    const context = { home, baseEnv, scriptRuntimeEnv: runtime.env };
    const plan: Scene["plan"] = (source, request = {}) => {
      const scriptPath = join(folder, "script.py");
      Deno.writeTextFileSync(scriptPath, source);
      const defaults = { scriptPath, source, cwd: folder, args: [], useUv: true };
      return prepareRun({ ...defaults, ...request }, context);
    };
    await body({ folder, context, plan });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
