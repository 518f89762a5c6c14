import { canonicalDependencies } from "./canonical_script.ts";
import { mergeRequirements } from "../source/script_metadata.ts";
import type { Declaration } from "./declaration.ts";
import type { Project } from "./find_project.ts";
import type { Surroundings } from "./find_surroundings.ts";
import { withAbsolutePaths } from "./absolute_paths.ts";
import { nameIfAny, requirementName } from "../source/requirement.ts";
import { readRequirementsFile } from "./requirements_file.ts";
import { installLabel, ownRequirements, type Requirements } from "./requirements.ts";
import { projectSettings } from "./project_settings.ts";

/** Without what only its imports ask for. */
type Found = Omit<Requirements, "droppable">;

/** What the project or the file around a script asks for, where it asks for nothing itself. */
export function requirementsAround({ project, declaration }: Surroundings): Found | undefined {
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
    return { ...ownRequirements(dependencies, toolUv, folder), ...common };
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
  const { name } = project;
  return {
    origin: "project",
    dependencies: canonicalDependencies([...project.dependencies, ...project.groupDependencies]),
    recipe: { kind: "project", project },
    label: `Resolving and installing what the project ${name} needs`,
    note: noteOfProject(project),
  };
}

/** Where the dependencies come from, and whether a lock says in which versions. */
export function noteOfProject(project: Project, usesLock = project.lock !== undefined): string {
  const { folder, lock, unreadLock = usesLock ? undefined : lock } = project;
  return `Dependencies from the project ${folder}${usesLock ? " (uv.lock)" : ""}` +
    (unreadLock === undefined ? "" : `; its versions are uv's choice: ${unreadLock} was not used`);
}

/** The project's or the file's requirements (`given`), and the script's own besides. */
export function withProject(
  own: string[],
  detected: string[],
  toolUv: Record<string, unknown> | undefined,
  { surroundings: { project, declaration }, folder }: {
    surroundings: Surroundings;
    folder: string;
  },
): Omit<Found, "origin"> & { given: string[] } | undefined {
  if (project) {
    const given = needsOf(project);
    const dependencies = mergeRequirements(detected, mergeRequirements(given, own));
    const note = `The requirements of the project ${project.folder} were added`;
    const settings = projectSettings(project);
    return {
      ...ownRequirements(
        dependencies,
        { ...settings, ...withAbsolutePaths(toolUv ?? {}, folder) },
        folder,
      ),
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
    return {
      ...ownRequirements(dependencies, { ...needs.toolUv, ...toolUv }, folder),
      given,
      note,
    };
  }
  if (declaration.kind === "package") {
    return {
      ...ownRequirements(mergeRequirements(detected, own), toolUv, folder),
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
