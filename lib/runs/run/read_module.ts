import { dirname, join } from "node:path";
import { statIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { readSource } from "../../python/source/source_text.ts";
import type { ScriptSource } from "./script_source.ts";

const NAME = /^[\p{ID_Start}_]\p{ID_Continue}*(?:\.[\p{ID_Start}_]\p{ID_Continue}*)*$/u;

/**
 * The module that a call names, to be run as `python -m` does in a directory: what it imports tells
 * what it needs, as far as it is there; for one that is not, its name tells.
 */
export function readModule(module: string, directory: string | undefined): ScriptSource {
  if (!NAME.test(module)) {
    throw new UserError(
      `Cannot run \`module\` ${
        JSON.stringify(module.slice(0, 120))
      }: it is not a dotted name. Give a name ` +
        "as python -m takes it, such as `pkg.tool`; a path belongs in `script_path`.",
    );
  }
  const base = directory === undefined ? undefined : join(directory, ...module.split("."));
  const file = base &&
    [join(base, "__main__.py"), `${base}.py`].find((path) => statIfThere(path)?.isFile);
  if (file === undefined) return { module, source: `import ${module}\n` };
  // Python runs the packages around it first.
  const around = module.split(".").slice(0, file.endsWith("__main__.py") ? undefined : -1).join(
    ".",
  );
  const source = readSource(file) + (around === "" ? "" : `\nimport ${around}\n`);
  return { module, source, importer: dirname(file) };
}
