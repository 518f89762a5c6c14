import { join } from "node:path";
import { type DistributionTable, loadDistributionTable } from "./distribution_for_import.ts";
import { type Need, parseImports } from "./parse_imports.ts";

/** What the imports of a source say about the environment that it needs. */
export interface DetectedImports {
  /** The imported modules that neither Python nor the script's folder has. */
  imports: string[];
  /** The distributions that provide them, by the committed table. */
  dependencies: string[];
  /** The modules that the table does not have: only a person or a header can say what they are. */
  unknown: string[];
}

/** What `detectImports` knows besides the source. */
export interface DetectOptions {
  /** The Python that is to run it, such as `3.12`: decides what its standard library has. */
  pythonVersion?: string;
  /** The script's folder: what can be imported from there needs no distribution. */
  directory?: string;
}

const newestMinor = 14;

/**
 * Finds what a script imports, with a parser and without running anything.
 *
 * @example
 * ```ts
 * import { detectImports } from "./detect_imports.ts";
 *
 * const found = await detectImports("import os, yaml, reqeusts");
 * found.dependencies; // ["pyyaml"]
 * found.unknown; // ["reqeusts"]
 * ```
 */
export async function detectImports(
  source: string,
  { pythonVersion = "", directory }: DetectOptions = {},
): Promise<DetectedImports> {
  const minor = Number(pythonVersion.match(/3\.(\d+)/)?.[1] ?? newestMinor);
  const [needs, table, library] = await Promise.all([
    parseImports(source, minor),
    loadDistributionTable(),
    standardLibrary(minor),
  ]);
  const folder = await modulesIn(directory, new Set(allModules(needs).map(topLevel)));
  const present = new Set([...library, ...folder.modules, "python_mcp", ""]);
  return sortOut(needs, table, present, folder.looseFolders);
}

function sortOut(
  needs: Need[],
  table: DistributionTable,
  present: Set<string>,
  looseFolders: Set<string>,
): DetectedImports {
  const dependencies = new Set<string>();
  const unknown = new Set<string>();

  const isPresent = (module: string) =>
    present.has(topLevel(module)) || (looseFolders.has(topLevel(module)) && !table.find(module));
  const nameOf = (module: string) =>
    table.find(module)?.module ??
      module.split(".").slice(0, table.isNamespace(topLevel(module)) ? 3 : 1).join(".");
  const canBeHad = (need: Need): boolean =>
    "anyOf" in need
      ? need.anyOf.some((branch) => branch.every(canBeHad))
      : isPresent(need.module) || table.find(need.module) !== undefined;
  const take = (need: Need) => {
    if ("anyOf" in need) {
      const branch = need.anyOf.find((one) => one.every(canBeHad)) ?? need.anyOf[0];
      branch?.forEach(take);
    } else if (!isPresent(need.module)) {
      const provided = table.find(need.module);
      if (provided) dependencies.add(provided.distribution);
      else unknown.add(nameOf(need.module));
    }
  };
  needs.forEach(take);

  const imports = allModules(needs).filter((module) => !isPresent(module)).map(nameOf);
  return {
    imports: [...new Set(imports)],
    dependencies: [...dependencies],
    unknown: [...unknown],
  };
}

function topLevel(module: string): string {
  return module.slice(0, (module + ".").indexOf("."));
}

function allModules(needs: Need[]): string[] {
  return needs.flatMap((need) => "anyOf" in need ? allModules(need.anyOf.flat()) : [need.module]);
}

async function standardLibrary(minor: number): Promise<string[]> {
  const file = await import("./standard_library.json", { with: { type: "json" } });
  const { always, since, until } = file.default;
  const minorOf = (version: string) => Number(version.split(".")[1]);
  const added = Object.entries(since).filter(([, version]) => minor >= minorOf(version));
  const notRemoved = Object.entries(until).filter(([, version]) => minor <= minorOf(version));
  return [...always, ...[...added, ...notRemoved].map(([name]) => name)];
}

/**
 * What Python would import from a folder. A subfolder without `__init__.py` is used only where
 * nothing installed has its name.
 */
async function modulesIn(directory: string | undefined, wanted: Set<string>) {
  const modules = new Set<string>();
  const looseFolders = new Set<string>();
  for await (const entry of entriesOf(directory)) {
    const [name = "", ...extensions] = entry.name.split(".");
    if (!wanted.has(name)) continue;
    if (/^(?:py|so|pyd)$/.test(extensions.at(-1) ?? "")) modules.add(name);
    else if (extensions.length === 0 && directory !== undefined) {
      const contents = await Array.fromAsync(entriesOf(join(directory, name)));
      if (contents.some((file) => file.name === "__init__.py")) modules.add(name);
      else if (contents.length > 0) looseFolders.add(name);
    }
  }
  return { modules, looseFolders };
}

/** The entries of a folder; none where it cannot be read, so that detection goes on without it. */
async function* entriesOf(directory: string | undefined): AsyncGenerator<Deno.DirEntry> {
  if (directory === undefined) return;
  try {
    yield* Deno.readDir(directory);
  } catch {
    return;
  }
}
