import { join } from "node:path";
import { ensureFolder, exists, replacePrivate } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { checkSyntax } from "../source/check_syntax.ts";
import { declareUtf8, readSource, splitByteOrderMark } from "../source/source_text.ts";
import { describeNearMiss } from "../source/near_miss_header.ts";
import { readScriptMetadata, writeScriptMetadata } from "../source/script_metadata.ts";

/** A script to keep. */
export interface ScriptToSave {
  home: string;
  name: string;
  source: string;
  /** Added to the script's PEP 723 header. */
  dependencies?: string[];
  requiresPython?: string;
  /** Whether a script of that name may be replaced. */
  overwrite: boolean;
}

export interface SavedScript {
  name: string;
  path: string;
  /** The first line of its docstring; empty without one. */
  description: string;
  dependencies: string[];
  requires_python: string | null;
}

const validName = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$/;

/** Keeps a script under a name, a broken one with a note; never replaces one unasked. */
export async function saveScript(
  script: ScriptToSave,
): Promise<{ written: boolean; path: string; message: string; note?: string }> {
  const name = plainName(script.name);
  const path = pathOf(script.home, name);
  const { dependencies, requiresPython } = script;
  // Reading the header even without changes reports a broken one now and not at the first run.
  const { mark, text: given } = splitByteOrderMark(script.source);
  const source = declareUtf8(given);
  const header = await readScriptMetadata(source);
  const text = dependencies?.length || requiresPython !== undefined
    ? await writeScriptMetadata(source, { dependencies, requiresPython })
    : source;

  const replaced = isInFolder(path);
  if (replaced && !script.overwrite) {
    const message = `A script named ${name} exists already; pass overwrite: true to replace it`;
    return { written: false, path, message };
  }
  ensureFolder(folderOf(script.home));
  replacePrivate(path, mark + text);
  const message = `${replaced ? "Replaced" : "Saved"} script ${name}`;
  const problem = await checkSyntax(text, {
    requiresPython: requiresPython ?? header?.requiresPython,
  });
  const notes = [
    ...(problem === undefined ? [] : [`It is kept, but it cannot run: ${problem}`]),
    ...(header === undefined ? [describeNearMiss(source)] : []),
  ].filter((one) => one !== undefined);
  if (notes.length === 0) return { written: true, path, message };
  const note = notes.join(". ");
  return { written: true, path, message: `${message}. ${note}`, note };
}

/** All saved scripts, by name. */
export async function listScripts(home: string): Promise<SavedScript[]> {
  return await Promise.all(
    namesOf(home).map(async (name) => {
      const path = pathOf(home, name);
      const source = readSource(path);
      // One script with a broken header must not hide the others.
      const header = await readScriptMetadata(source).catch(() => undefined);
      return {
        name,
        path,
        description: docstringLine(source),
        dependencies: header?.dependencies ?? [],
        requires_python: header?.requiresPython ?? null,
      };
    }),
  );
}

/** The path of a saved script. */
export function findScript(home: string, scriptName: string): string {
  const name = plainName(scriptName);
  const path = pathOf(home, name);
  if (isInFolder(path)) return path;
  const names = namesOf(home).sort((a, b) => distance(a, name) - distance(b, name));
  const shown = names.slice(0, 10).join(", ");
  throw new UserError(
    `Cannot find a saved script named ${name}: ` +
      (names.length === 0
        ? "none has been saved yet. Save it first with py_save_script."
        : `there is ${shown}${names.length > 10 ? `, and ${names.length - 10} more` : ""}. ` +
          "Give one of these names."),
  );
}

function plainName(scriptName: string): string {
  const name = scriptName.replace(/\.py$/, "");
  if (!validName.test(name)) {
    throw new UserError(
      `Cannot use script_name ${JSON.stringify(scriptName.slice(0, 120))}: a name has 1 to 100 ` +
        "letters, digits, `_`, `-` or `.`, does not start with a dot and is not a path. " +
        "Use a name such as `clean_data`.",
    );
  }
  return name;
}

function folderOf(home: string): string {
  return join(home, "scripts");
}

function pathOf(home: string, name: string): string {
  return join(folderOf(home), `${name}.py`);
}

/** Whether a script is there that is really kept in the folder, not linked to from it. */
function isInFolder(path: string): boolean {
  if (!exists(path)) return false;
  const folder = Deno.realPathSync(join(path, ".."));
  if (!Deno.realPathSync(path).startsWith(`${folder}/`)) {
    throw new UserError(
      `Cannot use the script ${path}: it is a link to a file outside the folder of saved ` +
        "scripts. Remove the link, or run that file by its own path.",
    );
  }
  return true;
}

function namesOf(home: string): string[] {
  const names: string[] = [];
  try {
    for (const entry of Deno.readDirSync(folderOf(home))) {
      const name = entry.name.replace(/\.py$/, "");
      if (entry.isFile && entry.name.endsWith(".py") && validName.test(name)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}

/** The first line of text in the docstring that the source starts with. */
function docstringLine(source: string): string {
  const code = source.replace(/^(?:[^\S\n]*(?:#.*)?\r?\n)*/, "");
  const literal = /^[rRuU]?("""|'''|"|')(?:\\\r?\n)?([^]*?)\1/.exec(code);
  const lines = (literal?.[2] ?? "").trim().split(/\r?\n/);
  return lines[0]!.trim();
}

/** How many letters have to be inserted, removed or replaced to get from one to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = row[j]! + (letter === b[j] ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
