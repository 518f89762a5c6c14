import { fileURLToPath } from "node:url";
import { join, relative } from "node:path";
import { readIfThere, statIfThere } from "../../base/private_files.ts";
import { namesIn, programFolders } from "../../python/interpreters/find_executables.ts";

/** What `deno install --global --name` is told to call it. */
const COMMAND = "python-mcp";
const LARGEST_SCRIPT = 10_000;

/** The command line that starts this program, as a person would type it here. */
export function invocation(): string {
  if (Deno.build.standalone) return Deno.execPath();
  if (isInstalled()) return COMMAND;
  const deno = isFromNpx() ? `npx -y deno@${Deno.version.deno}` : "deno";
  const main = Deno.mainModule;
  return `${deno} run -A ${main.startsWith("file:") ? shortPath(fileURLToPath(main)) : main}`;
}

/** Whether a command on PATH starts this very program. */
function isInstalled(): boolean {
  return programFolders(Deno.env.toObject()).some((folder) => {
    if (!namesIn(folder).includes(COMMAND)) return false;
    const path = join(folder, COMMAND);
    const info = statIfThere(path);
    return info?.isFile === true && info.size < LARGEST_SCRIPT &&
      readIfThere(path)!.includes(`'${Deno.mainModule}'`);
  });
}

/** Whether this Deno lies in the cache of `npx`, which empties it when it likes. */
export function isFromNpx(): boolean {
  return Deno.execPath().includes("/_npx/");
}

/** The path or URL of this program's entry; of the executable, once it is compiled into one. */
export function entry(): string {
  if (Deno.build.standalone) return Deno.execPath();
  const main = import.meta.resolve("../../../main.ts");
  return main.startsWith("file:") ? fileURLToPath(main) : main;
}

function shortPath(path: string): string {
  const below = relative(Deno.cwd(), path);
  const shorter = below.startsWith("../../") ? path : below;
  return /^[\w./@+-]+$/.test(shorter) ? shorter : `'${shorter.replaceAll("'", `'\\''`)}'`;
}
