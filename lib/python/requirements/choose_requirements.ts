import type { Droppable, Recipe } from "../environment/environment_commands.ts";
import { canonicalDependencies } from "./canonical_script.ts";
import { type DetectedImports, detectImports } from "../source/detect_imports.ts";
import { tableOf, withAbsolutePaths } from "./absolute_paths.ts";
import type { Declaration } from "./declaration.ts";
import type { Project } from "./find_project.ts";
import type { Surroundings } from "./find_surroundings.ts";
import type { OwnCode } from "./own_code.ts";
import { normalizeName, requirementName } from "./requirement.ts";
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
  /** What relative imports of the source start from; `folder` by default. */
  importer?: string;
  /** What no distribution may stand in for. */
  findOwnCode: () => Promise<OwnCode>;
  /** e.g. `3.12` or `3.12.4` */
  pythonVersion?: string;
  /** Whether installing a distribution would download nothing of it. */
  isCached?: (distribution: string) => boolean;
}

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

/**
 * Chooses what a script gets: explicit dependencies, else its header, else the project around it,
 * else what a `requirements.txt` or the like asks for, else what its imports need.
 */
export async function chooseRequirements(from: Sources): Promise<Requirements> {
  const { header, explicit, surroundings, projectUse } = from;
  const declared = header !== undefined || from.explicitGiven;
  if (projectUse === "unless-declared" && !declared) {
    const found = fromSurroundings(surroundings);
    if (found) return { ...found, droppable: [] };
  }
  const detected = !header && from.detectImports ? await detect(from) : undefined;
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
    ...script(all, toolUv, from.folder),
    droppable: droppableOf(detected, own),
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

/** What only the imports ask for, what the script goes on without first. */
function droppableOf(detected: DetectedImports | undefined, given: string[]): Droppable {
  if (!detected) return [];
  const names = new Set(given.map(nameIfAny));
  const { optional, dependencies, instead } = detected;
  const all = new Set([...optional, ...dependencies, ...Object.keys(instead)]);
  return [...all].filter((name) => !names.has(name))
    .map((name) => ({ name, instead: instead[name] ?? [] }));
}

type Found = Omit<Requirements, "droppable">;

function fromSurroundings({ project, declaration }: Surroundings): Found | undefined {
  return project ? fromProject(project) : declaration && fromDeclaration(declaration);
}

function fromDeclaration(declaration: Declaration): Found | undefined {
  const { path } = declaration;
  const common = {
    origin: "requirements" as const,
    label: `Resolving and installing what ${path} asks for`,
    note: `Dependencies from ${path}`,
  };
  if (declaration.kind === "needs") {
    const { dependencies, toolUv, folder } = declaration.needs;
    return { ...script(dependencies, toolUv, folder), ...common };
  }
  if (declaration.kind === "package") {
    const recipe = { kind: "package" as const, package: declaration.package };
    const { note } = declaration.package;
    return {
      ...common,
      ...(note === undefined ? {} : { note: `${common.note} ${note}` }),
      dependencies: [],
      recipe,
    };
  }
  const file = readRequirementsFile(path);
  return file && {
    ...common,
    dependencies: [...new Set(file.requirements)].sort(),
    recipe: { kind: "requirements", file, dependencies: [] },
  };
}

function fromProject(project: Project): Found {
  const { folder, name, lock, unreadLock } = project;
  return {
    origin: "project",
    dependencies: canonicalDependencies([...project.dependencies, ...project.groupDependencies]),
    recipe: { kind: "project", project },
    label: `Resolving and installing what the project ${name} needs`,
    note: `Dependencies from the project ${folder}${lock === undefined ? "" : " (uv.lock)"}` +
      (unreadLock === undefined
        ? ""
        : `; its versions are uv's choice: ${unreadLock} was not used`),
  };
}

/** The project's or the file's requirements (`given`), and the script's own besides. */
function withProject(
  own: string[],
  detected: string[],
  toolUv: Record<string, unknown> | undefined,
  { surroundings: { project, declaration }, folder }: Sources,
): Omit<Found, "origin"> & { given: string[] } | undefined {
  if (project) {
    const given = needsOf(project);
    const dependencies = mergeRequirements(detected, mergeRequirements(given, own));
    const note = `The requirements of the project ${project.folder} were added`;
    const settings = settingsOf(project);
    return {
      ...script(dependencies, { ...settings, ...withAbsolutePaths(toolUv ?? {}, folder) }, folder),
      given,
      note,
    };
  }
  if (declaration === undefined) return undefined;
  const { path } = declaration;
  const note = `The requirements of ${path} were added`;
  if (declaration.kind === "needs") {
    const { needs } = declaration;
    const given = needs.dependencies;
    const dependencies = mergeRequirements(detected, mergeRequirements(given, own));
    return { ...script(dependencies, { ...needs.toolUv, ...toolUv }, folder), given, note };
  }
  if (declaration.kind === "package") {
    return {
      ...script(mergeRequirements(detected, own), toolUv, folder),
      given: [],
      note: `${path} was not used`,
    };
  }
  const file = readRequirementsFile(path);
  if (!file) return undefined;
  const inFile = new Set(file.requirements.map(nameIfAny));
  const besides = detected.filter((name) => !inFile.has(name));
  const dependencies = canonicalDependencies(mergeRequirements(besides, own));
  return {
    dependencies: [...new Set([...file.requirements, ...dependencies])].sort(),
    recipe: { kind: "requirements", file, dependencies },
    label: installLabel([path, ...dependencies.map(requirementName)]),
    given: file.requirements,
    note,
  };
}

/** Of a project that only its build knows the needs of, the project itself. */
function needsOf({ dependencies, pyproject }: Project): string[] {
  return pyproject.isDynamic && pyproject.name !== undefined ? [pyproject.name] : dependencies;
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
function settingsOf({ folder, pyproject, workspace }: Project): Record<string, unknown> {
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
  const root = withAbsolutePaths(workspace.root.pyproject.toolUv, workspace.root.folder);
  const settings = Object.fromEntries(
    Object.entries(root).filter(([name]) => !about.includes(name)),
  );
  const own = withAbsolutePaths(pyproject.toolUv, folder);
  const places = new Map(
    [workspace.root, ...workspace.members].map((one) =>
      [one.pyproject.name && normalizeName(one.pyproject.name), one.folder] as const
    ),
  );
  const sources: Record<string, unknown> = { ...tableOf(root.sources), ...tableOf(own.sources) };
  for (const [name, source] of Object.entries(sources)) {
    const place = places.get(normalizeName(name));
    // Outside a workspace its members are folders like others.
    if (tableOf(source).workspace && place) sources[name] = { path: place, editable: true };
  }
  const { name } = pyproject;
  if (pyproject.isDynamic && name !== undefined) sources[name] = { path: folder, editable: true };
  return Object.keys(sources).length > 0 ? { ...settings, sources } : settings;
}

async function detect(
  { source, explicit, folder, importer, pythonVersion, isCached, findOwnCode }: Sources,
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
