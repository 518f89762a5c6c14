import type { Droppable } from "./recipe.ts";
import { type DetectedImports, detectImports } from "../source/detect_imports.ts";
import type { OwnCode } from "./own_code.ts";
import { nameIfAny } from "../source/requirement.ts";

/** What is looked at for the imports of a script. */
export interface ImportSources {
  source: string;
  /** PEP 508 requirements of the caller; they win over all others of the same name. */
  explicit: string[];
  /** The folder that the script imports its neighbours from. */
  folder: string;
  /** What relative imports of the source start from; `folder` by default. */
  importer?: string;
  /** What no distribution may stand in for. */
  findOwnCode: () => Promise<OwnCode>;
  /** e.g. `3.12` or `3.12.4` */
  pythonVersion?: string;
  /** Whether installing a distribution would download nothing of it. */
  isCached?: (distribution: string) => boolean;
}

/** The distributions that the imports of a script need. */
export async function detectRequirements(
  { source, explicit, folder, importer, pythonVersion, isCached, findOwnCode }: ImportSources,
): Promise<DetectedImports> {
  const own = await findOwnCode();
  const isOwn = (module: string) => own.find(module) !== undefined;
  const asked = new Set(explicit.map(nameIfAny));
  const isAtHand = (name: string) => asked.has(name) || (isCached?.(name) ?? false);
  return await detectImports(source, {
    pythonVersion,
    directory: folder,
    importer,
    isOwn,
    isAtHand,
  });
}

/** What only the imports ask for, what the script goes on without first. */
export function droppableOf(detected: DetectedImports | undefined, given: string[]): Droppable {
  if (!detected) return [];
  const names = new Set(given.map(nameIfAny));
  const { optional, dependencies, instead } = detected;
  const all = new Set([...optional, ...dependencies, ...Object.keys(instead)]);
  return [...all].filter((name) => !names.has(name))
    .map((name) => ({ name, instead: instead[name] ?? [] }));
}

/** What was found in the source, and what only the caller can name. */
export function describeDetected(
  { dependencies, unknown, leftOut }: DetectedImports,
  named: string[],
): string | undefined {
  const given = new Set(named.map(nameIfAny));
  const added = dependencies.filter((name) => !given.has(name));
  return joined(
    added.length > 0 ? `Detected from the imports: ${added.join(", ")}` : undefined,
    unknown.length > 0
      ? `Not installed, since no well-known distribution has these modules: ${
        unknown.join(", ")
      }; ` +
        "name the distribution in `dependencies` if it is needed"
      : undefined,
    leftOut.length > 0
      ? `Not installed, since the script runs without and it is large: ${leftOut.join(", ")}; ` +
        "name it in `dependencies` to have it"
      : undefined,
  );
}

/** Sentences as one text. */
export function joined(...notes: (string | undefined)[]): string | undefined {
  const all = notes.filter((note) => note !== undefined);
  return all.length === 0 ? undefined : all.join(". ");
}
