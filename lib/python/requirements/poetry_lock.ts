import { join } from "node:path";
import { exists } from "../../base/private_files.ts";
import { tableOf } from "./absolute_paths.ts";
import { normalizeName } from "../source/requirement.ts";
import { readToml } from "./read_pyproject.ts";

/** Sources whose packages have versions to choose from; the others are named by the requirements. */
const INDEXES = ["legacy", "pypi"];

/** What a `poetry.lock` holds, as pip's constraints: a version for each package from an index. */
export interface PoetryLock {
  constraints: string;
  /** Packages that it holds in several versions, without the markers that tell which counts. */
  undecided: string[];
}

/**
 * Reads the `poetry.lock` of a folder, of any version of the format; `undefined` where there is none.
 *
 * @throws UserError when it is not TOML
 */
export async function readPoetryLock(folder: string): Promise<PoetryLock | undefined> {
  const path = join(folder, "poetry.lock");
  if (!exists(path)) return undefined;
  const lock = await readToml(path);
  const lines = new Map<string, { version: string; marker: unknown }[]>();
  for (const entry of [lock?.package ?? []].flat().map(tableOf)) {
    const { name, version, source, markers: marker } = entry;
    if (typeof name !== "string" || typeof version !== "string") continue;
    if (source !== undefined && !INDEXES.includes(String(tableOf(source).type))) continue;
    const key = normalizeName(name);
    lines.set(key, [...lines.get(key) ?? [], { version, marker }]);
  }
  const undecided = [...lines].filter(([, all]) =>
    all.length > 1 && all.some(({ marker }) => typeof marker !== "string")
  ).map(([name]) => name);
  const constraints = [...lines].filter(([name]) => !undecided.includes(name))
    .flatMap(([name, all]) =>
      all.map(({ version, marker }) =>
        all.length > 1 ? `${name}==${version} ; ${marker}` : `${name}==${version}`
      )
    );
  return { constraints: constraints.map((line) => `${line}\n`).join(""), undecided };
}
