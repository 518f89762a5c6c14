import type { ScriptNeeds } from "./canonical_script.ts";
import type { Project } from "./find_project.ts";
import type { RequirementsFile } from "./requirements_file.ts";
import type { SourcePackage } from "./source_package.ts";

/** What an environment is made from. */
export type Recipe =
  /** Requirements that uv resolves; `fingerprint` stands for what they depend on besides. */
  | { kind: "script"; needs: ScriptNeeds; fingerprint?: string }
  /** A project, or a workspace without one, resolved by uv. */
  | { kind: "project"; project: Project }
  /** A package that only its own build tells the needs of. */
  | { kind: "package"; package: SourcePackage }
  /** A requirements file, read by uv itself, and requirements besides. */
  | { kind: "requirements"; file: RequirementsFile; dependencies: string[] };

/**
 * Requirements that an environment is made without where they cannot be installed, those that go first
 * before others, each with what takes its place.
 */
export type Droppable = { name: string; instead: string[] }[];
