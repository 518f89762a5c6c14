import { fileURLToPath } from "node:url";
import { relative } from "node:path";

/** The command line that starts this program, as a person would type it here. */
export function invocation(): string {
  if (Deno.build.standalone) return Deno.execPath();
  const deno = isFromNpx() ? `npx -y deno@${Deno.version.deno}` : "deno";
  const main = Deno.mainModule;
  return `${deno} run -A ${main.startsWith("file:") ? shortPath(fileURLToPath(main)) : main}`;
}

/** Whether this Deno lies in the cache of `npx`, which empties it when it likes. */
export function isFromNpx(): boolean {
  return Deno.execPath().includes("/_npx/");
}

/** The path or URL of this program's entry. */
export function entry(): string {
  const main = import.meta.resolve("../../../main.ts");
  return main.startsWith("file:") ? fileURLToPath(main) : main;
}

function shortPath(path: string): string {
  const below = relative(Deno.cwd(), path);
  const shorter = below.startsWith("../../") ? path : below;
  return /^[\w./@+-]+$/.test(shorter) ? shorter : `'${shorter.replaceAll("'", `'\\''`)}'`;
}
