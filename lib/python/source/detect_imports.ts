import { type DistributionTable, loadDistributionTable } from "./distribution_for_import.ts";
import { followImports } from "./follow_imports.ts";
import { HEAVY } from "./heavy_distributions.ts";
import { LocalModules } from "./local_modules.ts";
import type { Need } from "./parse_imports.ts";

/** What the imports of a source say about the environment that it needs. */
export interface DetectedImports {
  /** The imported modules that neither Python nor the script's folder has. */
  imports: string[];
  /** The distributions that provide them, by the committed table. */
  dependencies: string[];
  /** The modules that the table does not have: only a person or a header can say what they are. */
  unknown: string[];
  /** Those of `dependencies` that the source goes on without. */
  optional: string[];
  /** What takes the place of an optional distribution that cannot be installed, where the source says. */
  instead: Record<string, string[]>;
  /** Large distributions that the source goes on without, and that are not in `dependencies`. */
  leftOut: string[];
}

/** What `detectImports` knows besides the source. */
export interface DetectOptions {
  /** The Python that is to run it, such as `3.12` or `3.12.4`. */
  pythonVersion?: string;
  /**
   * The script's folder: what can be imported from there needs no distribution, and the files that
   * the script imports from there are read as well.
   */
  directory?: string;
  /** The folder that relative imports of the source start from; `directory` by default. */
  importer?: string;
  /** Whether a top-level module is the user's own, though not in that folder: nothing is installed for it. */
  isOwn?: (module: string) => boolean;
  /** Whether a large distribution costs nothing, since it is asked for or in the cache. */
  isAtHand?: (distribution: string) => boolean;
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
  options: DetectOptions = {},
): Promise<DetectedImports> {
  const { pythonVersion = "", directory, isOwn = () => false, isAtHand = () => false } = options;
  const [, minor, micro] = /3\.(\d+)(?:\.(\d+))?/.exec(pythonVersion) ?? [];
  const release = {
    minor: Number(minor ?? newestMinor),
    micro: micro === undefined ? undefined : Number(micro),
  };
  const [table, library] = await Promise.all([
    loadDistributionTable(),
    standardLibrary(release.minor),
  ]);
  const local = directory === undefined ? undefined : new LocalModules(directory);
  const present = new Set([...library, "python_mcp", ""]);
  const isLocal = (module: string) => {
    const name = topLevel(module);
    if (name === "" || local === undefined) return name === "";
    return local.has(name) || (local.hasLooseFolder(name) && !table.find(module));
  };
  const needs = await followImports(source, {
    release,
    local,
    isLocal,
    importer: options.importer,
  });
  const rules: Rules = {
    table,
    isPresent: (module) =>
      present.has(topLevel(module)) || isLocal(module) || isOwn(topLevel(module)),
    mayInstall: (name, optional) => !optional || !HEAVY.has(name) || isAtHand(name),
  };
  const found = sortOut(needs, rules);
  return { ...found, instead: fallbacks(needs, rules, found) };
}

/** For each optional distribution what the source takes without it, also for what is taken then. */
function fallbacks(
  needs: Need[],
  rules: Rules,
  { dependencies, optional }: Omit<DetectedImports, "instead">,
): Record<string, string[]> {
  const instead: Record<string, string[]> = {};
  const find = (missing: string[]) => {
    const name = missing.at(-1)!;
    const mayInstall: Rules["mayInstall"] = (one, isOptional) =>
      !missing.includes(one) && rules.mayInstall(one, isOptional);
    const others = sortOut(needs, { ...rules, mayInstall }).dependencies
      .filter((one) => !dependencies.includes(one));
    if (others.length > 0) instead[name] = others;
    for (const other of others) if (!(other in instead)) find([...missing, other]);
  };
  for (const name of optional) find([name]);
  return instead;
}

interface Rules {
  table: DistributionTable;
  isPresent: (module: string) => boolean;
  /** @param optional whether the source goes on without the distribution */
  mayInstall: (distribution: string, optional: boolean) => boolean;
}

function sortOut(
  needs: Need[],
  { table, isPresent, mayInstall }: Rules,
): Omit<DetectedImports, "instead"> {
  /** Whether the source goes on without it. */
  const dependencies = new Map<string, boolean>();
  const unknown = new Set<string>();
  const leftOut = new Set<string>();

  const nameOf = (module: string) =>
    table.find(module)?.module ??
      module.split(".").slice(0, table.isNamespace(topLevel(module)) ? 3 : 1).join(".");
  const canBeHad = (need: Need, within: boolean): boolean => {
    const optional = within || need.optional === true;
    if ("file" in need) return true;
    if ("anyOf" in need) return need.anyOf.some((one) => one.every((it) => canBeHad(it, optional)));
    if (isPresent(need.module)) return true;
    const provided = table.find(need.module);
    return provided !== undefined && mayInstall(provided.distribution, optional);
  };
  const take = (need: Need, within: boolean, hasAnother: boolean) => {
    const optional = within || need.optional === true;
    if ("file" in need) return;
    if ("anyOf" in need) {
      const branch = need.anyOf.find((one) => one.every((it) => canBeHad(it, optional)));
      const preferred = branch ?? need.anyOf[0]!;
      preferred.forEach((one) => take(one, optional, hasAnother || need.anyOf.length > 1));
    } else if (!isPresent(need.module)) {
      const provided = table.find(need.module)?.distribution;
      if (provided === undefined) {
        // One of several has to be there; what is merely tried is nobody's concern.
        if (!optional || hasAnother) unknown.add(nameOf(need.module));
      } else if (mayInstall(provided, optional)) {
        dependencies.set(provided, optional && (dependencies.get(provided) ?? true));
      } else leftOut.add(provided);
    }
  };
  needs.forEach((need) => take(need, false, false));

  const imports = allModules(needs).filter((module) => !isPresent(module)).map(nameOf);
  return {
    imports: [...new Set(imports)],
    dependencies: [...dependencies.keys()],
    unknown: [...unknown],
    optional: [...dependencies].filter(([, optional]) => optional).map(([name]) => name),
    leftOut: [...leftOut].filter((name) => !dependencies.has(name)),
  };
}

function topLevel(module: string): string {
  return module.slice(0, (module + ".").indexOf("."));
}

function allModules(needs: Need[]): string[] {
  return needs.flatMap((need) =>
    "anyOf" in need ? allModules(need.anyOf.flat()) : "module" in need ? [need.module] : []
  );
}

async function standardLibrary(minor: number): Promise<string[]> {
  const file = await import("./standard_library.json", { with: { type: "json" } });
  const { always, since, until } = file.default;
  const minorOf = (version: string) => Number(version.split(".")[1]);
  const added = Object.entries(since).filter(([, version]) => minor >= minorOf(version));
  const notRemoved = Object.entries(until).filter(([, version]) => minor <= minorOf(version));
  return [...always, ...[...added, ...notRemoved].map(([name]) => name)];
}
