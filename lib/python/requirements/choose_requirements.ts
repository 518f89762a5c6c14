import type { Recipe } from "../environment/script_environment.ts";
import { canonicalDependencies } from "./canonical_script.ts";
import { type DetectedImports, detectImports } from "../source/detect_imports.ts";
import type { Project, Surroundings } from "./find_project.ts";
import { requirementName } from "./requirement.ts";
import { readRequirementsFile } from "./requirements_file.ts";
import { mergeRequirements, type ScriptMetadata } from "../source/script_metadata.ts";

/** Everything that may say what a script needs. */
export interface Sources {
  source: string;
  /** PEP 508 requirements of the caller; they win over all others of the same name. */
  explicit: string[];
  /** Empty lists count as given: the caller named what there is to install, namely nothing. */
  explicitGiven: boolean;
  header?: ScriptMetadata;
  surroundings: Surroundings;
  /** Whether the project adds to what the script asks for, or stands in where it asks for nothing. */
  projectUse: "unless-declared" | "added";
  detectImports: boolean;
  /** The folder that the script imports its neighbours from. */
  folder: string;
  /** e.g. `3.12` or `3.12.4` */
  pythonVersion?: string;
  /** Whether installing a distribution would download nothing of it. */
  isCached?: (distribution: string) => boolean;
}

/** What is to be installed for a script, and how that was found out. */
export interface Requirements {
  origin: "explicit" | "header" | "project" | "venv" | "requirements" | "imports";
  /** What people read, sorted. */
  dependencies: string[];
  /** The environment to make, or the folder of one that is used as it is. */
  recipe: Recipe | { kind: "venv"; folder: string };
  /** What people read while it is made. */
  label: string;
  /** Where the dependencies came from, when nobody named them. */
  note?: string;
}

/**
 * Chooses what a script gets: explicit dependencies, else its header, else the project around it,
 * else `requirements.txt`, else what its imports need.
 */
export async function chooseRequirements(from: Sources): Promise<Requirements> {
  const { header, explicit, surroundings, projectUse } = from;
  const declared = header !== undefined || from.explicitGiven;
  if (projectUse === "unless-declared" && !declared) {
    const found = fromSurroundings(surroundings);
    if (found) return found;
  }
  const detected = !header && from.detectImports ? await detect(from) : undefined;
  const origin = from.explicitGiven ? "explicit" : header ? "header" : "imports";
  const toolUv = header?.tool?.uv as Record<string, unknown> | undefined;
  const own = mergeRequirements(header?.dependencies ?? [], explicit);
  if (projectUse === "added") {
    const added = withProject(own, detected?.dependencies ?? [], toolUv, from);
    if (added) {
      const note = detected && describeDetected(detected, added.dependencies);
      return { ...added, origin, note: joined(added.note, note) };
    }
  }
  const note = detected && describeDetected(detected, explicit);
  const all = mergeRequirements(detected?.dependencies ?? [], own);
  return {
    origin,
    ...script(all, toolUv, from.folder),
    ...(note === undefined ? {} : { note }),
  };
}

function script(
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

function fromSurroundings(around: Surroundings): Requirements | undefined {
  if (around.project) return fromProject(around.project);
  if (around.venv !== undefined) {
    return {
      origin: "venv",
      dependencies: [],
      recipe: { kind: "venv", folder: around.venv },
      label: "",
      note: `Run in the environment ${around.venv} as it is`,
    };
  }
  const file = around.requirements === undefined
    ? undefined
    : readRequirementsFile(around.requirements);
  return file && {
    origin: "requirements",
    dependencies: [...new Set(file.requirements)].sort(),
    recipe: { kind: "requirements", file, dependencies: [] },
    label: `Resolving and installing ${file.path}`,
    note: `Dependencies from ${file.path}`,
  };
}

function fromProject(project: Project): Requirements {
  const { folder, name, fingerprint, lock } = project;
  const all = [...project.dependencies, ...project.groupDependencies];
  const common = {
    origin: "project" as const,
    dependencies: canonicalDependencies(all),
    label: `Resolving and installing what the project ${name} needs`,
    note: `Dependencies from the project ${folder}${lock === undefined ? "" : " (uv.lock)"}`,
  };
  if (lock !== undefined) return { ...common, recipe: { kind: "locked", folder, fingerprint } };
  // Without a lock uv would write one into the project: so the project is what a script needs.
  const sources = { ...project.toolUv.sources as object, [name]: { path: folder, editable: true } };
  const itself = project.isPackage ? [name] : project.dependencies;
  const dependencies = [...itself, ...project.groupDependencies];
  const toolUv = { ...settingsOf(project), ...(project.isPackage ? { sources } : {}) };
  return {
    ...common,
    recipe: { kind: "script", needs: { dependencies, toolUv, folder }, fingerprint },
  };
}

/** The project's or the file's requirements, and the script's own besides. */
function withProject(
  own: string[],
  detected: string[],
  toolUv: Record<string, unknown> | undefined,
  { surroundings: { project, requirements }, folder }: Sources,
): Omit<Requirements, "origin"> | undefined {
  if (project) {
    const dependencies = mergeRequirements(detected, mergeRequirements(project.dependencies, own));
    const note = `The requirements of the project ${project.folder} were added`;
    return toolUv
      ? { ...script(dependencies, { ...settingsOf(project), ...toolUv }, folder), note }
      : { ...script(dependencies, settingsOf(project), project.folder), note };
  }
  const file = requirements === undefined ? undefined : readRequirementsFile(requirements);
  if (!file) return undefined;
  const inFile = new Set(file.requirements.map(nameIfAny));
  const besides = detected.filter((name) => !inFile.has(name));
  const dependencies = canonicalDependencies(mergeRequirements(besides, own));
  return {
    dependencies: [...new Set([...file.requirements, ...dependencies])].sort(),
    recipe: { kind: "requirements", file, dependencies },
    label: installLabel([file.path, ...dependencies.map(requirementName)]),
    note: `The requirements of ${file.path} were added`,
  };
}

/** The name that a line of a requirements file is about; a path or URL has none. */
function nameIfAny(line: string): string {
  try {
    return requirementName(line);
  } catch {
    return line;
  }
}

/** What of a project's `[tool.uv]` is about packages and their places, not about the project. */
function settingsOf({ toolUv }: Project): Record<string, unknown> {
  const about = [
    "add-bounds",
    "build-backend",
    "cache-keys",
    "conflicts",
    "default-groups",
    "dependency-groups",
    "dev-dependencies",
    "environments",
    "managed",
    "package",
    "required-environments",
    "required-version",
    "workspace",
  ];
  const settings = Object.fromEntries(
    Object.entries(toolUv).filter(([name]) => !about.includes(name)),
  );
  if (typeof settings.sources === "object" && settings.sources !== null) {
    settings.sources = Object.fromEntries(
      Object.entries(settings.sources).filter(([, source]) => source?.workspace === undefined),
    );
  }
  return settings;
}

function detect(
  { source, explicit, folder, pythonVersion, isCached }: Sources,
): Promise<DetectedImports> {
  const asked = new Set(explicit.map(nameIfAny));
  const isAtHand = (name: string) => asked.has(name) || (isCached?.(name) ?? false);
  return detectImports(source, { pythonVersion, directory: folder, isAtHand });
}

/** What was found in the source, and what only the caller can name. */
function describeDetected(
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

function joined(...notes: (string | undefined)[]): string | undefined {
  const all = notes.filter((note) => note !== undefined);
  return all.length === 0 ? undefined : all.join(". ");
}

function installLabel(names: string[]): string {
  if (names.length === 0) return "Preparing an environment";
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5
    ? `Resolving and installing ${shown} and ${names.length - 5} more`
    : `Resolving and installing ${shown}`;
}
