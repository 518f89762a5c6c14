import { join } from "node:path";
import { uvFolder } from "./run_plan.ts";
import { runProcess } from "./run_process.ts";

/** The large packages that files of CI install, each in environments of its own. */
const PACKAGES = ["IPython", "ipykernel", "joblib", "matplotlib", "nbclient", "pandas", "plotly"];
/** Whatever this machine's settings are. */
const COMPILING = { PYTHONDONTWRITEBYTECODE: "" };
/**
 * Imports what tests import, and copies what Python has compiled of it to the files in uv's cache that the
 * environment's files are links to.
 */
const COMPILE = `
import os, shutil, sys
import IPython, ipykernel.ipkernel, ipykernel.kernelapp, joblib, nbclient, pandas, plotly.graph_objects
import IPython.core.completer, matplotlib.backends.backend_agg, matplotlib.pyplot
places = {}
for folder, _, names in os.walk(sys.argv[1] + "/archive-v0"):
    for name in names:
        if name.endswith(".py"):
            places[os.stat(folder + "/" + name).st_ino] = folder
for module in list(sys.modules.values()):
    source, compiled = getattr(module, "__file__", None), getattr(module, "__cached__", None)
    if source and compiled and os.path.exists(source) and os.path.exists(compiled):
        place = places.get(os.stat(source).st_ino)
        if place:
            os.makedirs(place + "/__pycache__", exist_ok=True)
            target = place + "/__pycache__/" + os.path.basename(compiled)
            shutil.copy2(compiled, target + ".new")
            os.replace(target + ".new", target)
`;

/**
 * Has Python compile large packages once for all environments: uv links what lies beside their files in its
 * cache as well. Else each new environment takes two to four seconds of a core for that.
 *
 * @param folder For an environment that nobody else needs.
 * @param env What tests have besides the environment of this process; `UV_EXCLUDE_NEWER` names the day whose
 *   packages they are.
 */
export async function compilePackages(folder: string, env: Record<string, string>): Promise<void> {
  const uv = join(await uvFolder(), "uv");
  const venv = join(folder, "compiled");
  const run = async (...argv: string[]) => {
    const { code, stdout, stderr } = await runProcess(argv, { env: { ...env, ...COMPILING } });
    if (code !== 0) throw new Error(`${argv.slice(0, 3).join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  const cache = await run(uv, "cache", "dir");
  await run(uv, "venv", venv);
  await run(
    uv,
    "pip",
    "install",
    `--exclude-newer=${env.UV_EXCLUDE_NEWER}`,
    "--python",
    venv,
    ...PACKAGES,
  );
  await run(join(venv, "bin/python"), "-c", COMPILE, cache);
}
