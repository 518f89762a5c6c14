import { dirname } from "node:path";
import { exists, readJsonIfThere } from "../../base/private_files.ts";
import { isTable, stringsOf, type Table, tableOf } from "./absolute_paths.ts";
import type { ScriptNeeds } from "./canonical_script.ts";
import { readToml } from "./read_pyproject.ts";

const PYPI = /^https:\/\/pypi\.(?:org|python\.org)\/simple\/?$/;

/**
 * What a Pipfile asks for: what its lock holds, where there is one. `undefined` where there is none, or
 * where it needs more than requirements can say (folders, repositories, variables in URLs): it is
 * then named as not used, since a part of it would be other packages than Pipenv's.
 */
export async function pipfileNeeds(path: string): Promise<ScriptNeeds | undefined> {
  if (!exists(path)) return undefined;
  const pipfile = await readToml(path);
  const lock = readJsonIfThere<Table>(`${path}.lock`);
  const entries = Object.entries(lock ? tableOf(lock.default) : tableOf(pipfile?.packages));
  const dependencies = entries.map(([name, entry]) => requirementOf(name, entry));
  const sources = [pipfile?.source ?? []].flat().map(tableOf);
  const urls = sources.map(({ url }) => String(url));
  if (dependencies.includes(undefined) || urls.some((url) => url.includes("$"))) return undefined;
  // Pipenv takes what names no index from the first.
  const [first, ...others] = sources;
  const index = first === undefined || PYPI.test(urls[0]!) && others.length === 0 ? [] : [
    ...others.map(({ name, url }) => ({ name: String(name), url, explicit: true })),
    { name: String(first.name ?? "first"), url: first.url, default: true },
  ];
  const known = index.map(({ name }) => name);
  const named = entries.filter(([, entry]) => known.includes(String(tableOf(entry).index)));
  return {
    dependencies: dependencies as string[],
    toolUv: {
      index,
      sources: Object.fromEntries(
        named.map(([name, entry]) => [name, { index: tableOf(entry).index }]),
      ),
    },
    folder: dirname(path),
  };
}

function requirementOf(name: string, entry: unknown): string | undefined {
  const { version, extras, markers, ...more } = isTable(entry) ? entry : { version: entry };
  const others = Object.keys(more).filter((key) => key !== "hashes" && key !== "index");
  if (others.length > 0 || typeof (version ?? "*") !== "string") return undefined;
  const wanted = version === undefined || version === "*" ? "" : String(version);
  const withExtras = extras === undefined ? name : `${name}[${stringsOf(extras).join(",")}]`;
  return `${withExtras}${wanted}${markers === undefined ? "" : ` ; ${markers}`}`;
}
