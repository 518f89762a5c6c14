import type { Droppable, Recipe } from "./recipe.ts";
import { canonicalDependencies } from "./canonical_script.ts";
import { requirementName } from "../source/requirement.ts";

/** What is to be installed for a script, and how that was found out. */
export interface Requirements {
  origin: "explicit" | "header" | "project" | "requirements" | "imports";
  /** What people read, sorted. */
  dependencies: string[];
  recipe: Recipe;
  /** Requirements that it is made without where they cannot be installed. */
  droppable: Droppable;
  /** What people read while it is made. */
  label: string;
  /** Where the dependencies came from, when nobody named them. */
  note?: string;
}

/** What an environment of its own gets. */
export function ownRequirements(
  dependencies: string[],
  toolUv: Record<string, unknown> | undefined,
  folder: string,
) {
  const canonical = canonicalDependencies(dependencies);
  return {
    dependencies: canonical,
    recipe: { kind: "script" as const, needs: { dependencies: canonical, toolUv, folder } },
    label: installLabel(canonical.map(requirementName)),
  };
}

/** What people read while it is installed. */
export function installLabel(names: string[]): string {
  if (names.length === 0) return "Preparing an environment";
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5
    ? `Resolving and installing ${shown} and ${names.length - 5} more`
    : `Resolving and installing ${shown}`;
}
