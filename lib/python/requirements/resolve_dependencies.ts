import { dirname, resolve } from "node:path";
import { UserError } from "../../base/user_error.ts";
import { chooseRequirements } from "./choose_requirements.ts";
import { detectImports } from "../source/detect_imports.ts";
import { findSurroundings, NOTHING } from "./find_surroundings.ts";
import { OwnCode } from "./own_code.ts";
import { isNotebook, notebookSource } from "../in_script/notebook.ts";
import { parsePythonVersion } from "../interpreters/python_version.ts";
import { readSource } from "../source/source_text.ts";
import { readScriptMetadata } from "../source/script_metadata.ts";

/** What a script would be given, and why. */
export interface ResolvedDependencies {
  source: "header" | "imports" | "project" | "requirements";
  /** The imported modules that neither Python nor the script's folder has. */
  imports: string[];
  dependencies: string[];
  /** Imported modules of which no well-known distribution has the name. */
  unknown: string[];
  /** Of the header, else of the project; `null` where neither says. */
  requires_python: string | null;
}

/**
 * Says what a script needs without running or installing anything.
 *
 * @param file its path
 * @param python the version that it is to run on, e.g. `3.12`: decides what its standard library
 * has; the newest by default
 */
export async function resolveDependencies(
  file: string,
  { python, env = Deno.env.toObject() }: { python?: string; env?: Record<string, string> } = {},
): Promise<ResolvedDependencies> {
  const pythonVersion = python === undefined ? undefined : (await parsePythonVersion(python)).text;
  const path = resolve(file);
  const text = readScript(path);
  const source = isNotebook(path) ? notebookSource(text, path) : text;
  const folder = dirname(path);
  const header = await readScriptMetadata(source);
  const surroundings = header ? NOTHING : await findSurroundings([folder], env);
  const own = await OwnCode.around([folder], env);
  const isOwn = (module: string) => own.find(module) !== undefined;
  const [{ imports, unknown }, { origin, dependencies }] = await Promise.all([
    detectImports(source, { pythonVersion, directory: folder, isOwn }),
    chooseRequirements({
      source,
      explicit: [],
      explicitGiven: false,
      header,
      surroundings,
      projectUse: "unless-declared",
      detectImports: true,
      folder,
      findOwnCode: () => Promise.resolve(own),
      pythonVersion,
    }),
  ]);
  return {
    source: origin as ResolvedDependencies["source"],
    imports,
    dependencies,
    unknown,
    requires_python: header?.requiresPython ?? surroundings.project?.requiresPython ?? null,
  };
}

function readScript(path: string): string {
  try {
    return readSource(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.IsADirectory
      ? "it is a folder"
      : (error as Error).message;
    throw new UserError(`Cannot read the script ${path}: ${why}. Give the path of a Python file.`);
  }
}
