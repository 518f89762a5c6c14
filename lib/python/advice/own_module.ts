import type { OwnModule } from "../requirements/own_code.ts";

/** Where a run looked for its modules first. */
export interface RunPlace {
  /** The path of its script; absent for inline code and modules. */
  script?: string;
  /** The folder in front of `sys.path`. */
  folder: string;
}

/** How a run can be made to import a module of the user's own. */
export function howToImport({ name, root }: OwnModule, { script, folder }: RunPlace): string {
  return `${name} is your own, in ${root}, and no distribution of that name was installed instead. ` +
    `It cannot be imported from ${folder}: ${advice(root, script)}`;
}

function advice(root: string, script: string | undefined): string {
  if (script === undefined) return `run with \`directory\`: "${root}"`;
  const module = moduleOf(script, root);
  return module === undefined
    ? `set PYTHONPATH to ${root} in \`env_vars\`, or have the project installed (a ` +
      "`[build-system]` in its pyproject.toml)"
    : `run it with \`module\`: "${module}" and \`directory\`: "${root}", as with python -m`;
}

/** The name under which `python -m` finds a script from a folder. */
function moduleOf(script: string, root: string): string | undefined {
  if (!script.startsWith(`${root}/`)) return undefined;
  const parts = script.slice(root.length + 1).replace(/\.py$/, "").split("/");
  if (parts.at(-1) === "__main__") parts.pop();
  return parts.length > 0 && parts.every((part) => /^[A-Za-z_]\w*$/.test(part))
    ? parts.join(".")
    : undefined;
}
