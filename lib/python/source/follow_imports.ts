import { dirname } from "node:path";
import type { Release } from "./evaluate_gate.ts";
import type { LocalModules } from "./local_modules.ts";
import { type Need, parseImports } from "./parse_imports.ts";
import { readSource } from "./source_text.ts";

/** How many files are read at most, and how large each may be: generated code is larger, not needier. */
const mostFiles = 500;
const largestFile = 1024 * 1024;

interface Reference {
  file: string;
  optional: boolean;
}

/**
 * What a script needs, and what the files of its folder need that it imports or runs, each once;
 * what those do that are only tried is optional.
 */
export async function followImports(
  source: string,
  { release, local, isLocal, importer }: {
    release: Release;
    local: LocalModules | undefined;
    /** Whether a module is imported from the folder. */
    isLocal: (module: string) => boolean;
    /** The folder that the source's relative imports start from; the script's by default. */
    importer?: string;
  },
): Promise<Need[]> {
  const needs = await parseImports(source, { release, isMain: true });
  if (local === undefined) return needs;
  const seen = new Map<string, Reference>();
  const waiting: Reference[] = [];
  const add = (found: Need[], importer: string, optional: boolean) => {
    for (const reference of referencesIn(found, importer, optional, local, isLocal)) {
      const before = seen.get(reference.file);
      if (before && (!before.optional || reference.optional)) continue;
      seen.set(reference.file, reference);
      waiting.push(reference);
    }
  };
  add(needs, importer ?? local.directory, false);
  for (let read = 0; waiting.length > 0 && read < mostFiles; read++) {
    const { file, optional } = waiting.shift()!;
    const text = textOf(file);
    if (text === undefined) continue;
    const found = await parseImports(text, { release, isMain: false });
    needs.push(...(optional ? found.map((need) => ({ ...need, optional: true as const })) : found));
    add(found, dirname(file), optional);
  }
  return needs;
}

function* referencesIn(
  needs: Need[],
  importer: string,
  optional: boolean,
  local: LocalModules,
  isLocal: (module: string) => boolean,
): Generator<Reference> {
  for (const need of needs) {
    const isOptional = optional || need.optional === true;
    if ("anyOf" in need) {
      yield* referencesIn(need.anyOf.flat(), importer, isOptional, local, isLocal);
    } else if ("file" in need) {
      const file = local.fileAt(need.file);
      if (file !== undefined) yield { file, optional: isOptional };
    } else if (isLocal(need.module)) {
      const files = local.filesOf(need.module, importer);
      yield* files.map((file) => ({ file, optional: isOptional }));
    }
  }
}

function textOf(file: string): string | undefined {
  try {
    return Deno.statSync(file).size <= largestFile ? readSource(file) : undefined;
  } catch {
    return undefined; // such as a file that may not be read: the script will say so
  }
}
