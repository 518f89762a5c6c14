import { mergeRequirements, type ScriptMetadata } from "../source/script_metadata.ts";
import {
  describeDetected,
  detectRequirements,
  droppableOf,
  type ImportSources,
  joined,
} from "./detected_requirements.ts";
import type { Surroundings } from "./find_surroundings.ts";
import { ownRequirements, type Requirements } from "./requirements.ts";
import { requirementsAround, withProject } from "./requirements_around.ts";

/** Everything that may say what a script needs. */
export interface Sources extends ImportSources {
  /** Empty lists count as given: the caller named what there is to install, namely nothing. */
  explicitGiven: boolean;
  header?: ScriptMetadata;
  surroundings: Surroundings;
  /** Whether the project adds to what the script asks for, or stands in where it asks for nothing. */
  projectUse: "unless-declared" | "added";
  detectImports: boolean;
}

/**
 * Chooses what a script gets: explicit dependencies, else its header, else the project around it,
 * else what a `requirements.txt` or the like asks for, else what its imports need.
 */
export async function chooseRequirements(from: Sources): Promise<Requirements> {
  const { header, explicit, surroundings, projectUse } = from;
  const declared = header !== undefined || from.explicitGiven;
  if (projectUse === "unless-declared" && !declared) {
    const found = requirementsAround(surroundings);
    if (found) return { ...found, droppable: [] };
  }
  const detected = !header && from.detectImports ? await detectRequirements(from) : undefined;
  const origin = from.explicitGiven ? "explicit" : header ? "header" : "imports";
  const toolUv = header?.tool?.uv as Record<string, unknown> | undefined;
  const own = mergeRequirements(header?.dependencies ?? [], explicit);
  if (projectUse === "added") {
    const found = withProject(own, detected?.dependencies ?? [], toolUv, from);
    if (found) {
      const { given, ...added } = found;
      const note = detected && describeDetected(detected, added.dependencies);
      const droppable = droppableOf(detected, [...own, ...given]);
      return { ...added, origin, droppable, note: joined(added.note, note) };
    }
  }
  const note = detected && describeDetected(detected, explicit);
  const all = mergeRequirements(detected?.dependencies ?? [], own);
  return {
    origin,
    ...ownRequirements(all, toolUv, from.folder),
    droppable: droppableOf(detected, own),
    ...(note === undefined ? {} : { note }),
  };
}
