import { dirname, isAbsolute, join } from "node:path";
import { decodeRequirements } from "./decode_requirements.ts";
import { formatRequirement, parseRequirement } from "../source/requirement.ts";

/** A requirements file as pip and uv read it, with the files that it includes. */
export interface RequirementsFile {
  path: string;
  /** What it asks for, its `-r` files included, in its own order. */
  requirements: string[];
  /** All that it says, for telling whether it has changed. */
  text: string;
  /** Whether it installs from a folder that may change without it. */
  hasLocalSource: boolean;
}

const inclusion = /^(-r|-c|--requirement|--constraint)(?:\s+|=|(?=[^\s=-]))(.+)$/;

/** Reads `requirements.txt`; `undefined` where there is none. uv itself gets the file, not this. */
export function readRequirementsFile(path: string): RequirementsFile | undefined {
  const text = textOf(path);
  if (text === undefined) return undefined;
  const file: RequirementsFile = { path, requirements: [], text: "", hasLocalSource: false };
  read(path, text, file, new Set());
  return file;
}

function textOf(path: string): string | undefined {
  try {
    return decodeRequirements(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

function read(path: string, text: string, file: RequirementsFile, seen: Set<string>): void {
  if (seen.has(path)) return;
  seen.add(path);
  file.text += `${path}\0${text}\0`;
  for (const line of logicalLines(text)) {
    const [, option, named] = inclusion.exec(line) ?? [];
    if (option !== undefined && named !== undefined) {
      const included = isAbsolute(named) ? named : join(dirname(path), named);
      const content = textOf(included);
      if (content === undefined) continue; // uv says so better
      const inner = { ...file, requirements: [] as string[] };
      read(included, content, inner, seen);
      file.text = inner.text;
      file.hasLocalSource ||= inner.hasLocalSource;
      if (/^(-r|--r)/.test(option)) file.requirements.push(...inner.requirements);
    } else if (/^(-e|--editable)\b/.test(line)) {
      file.requirements.push(line);
    } else if (!line.startsWith("-")) {
      const requirement = line.replace(/\s+--(?:hash|config-settings?)\b.*$/, "");
      file.requirements.push(inOneSpelling(requirement));
      if (/^[./~]|^file:|@\s*(?:file:|[./])/.test(requirement)) file.hasLocalSource = true;
    }
  }
}

/** Lines without comments and with their continuations, none of them empty. */
function logicalLines(text: string): string[] {
  return text.replace(/\\\r?\n/g, " ").split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s+)#.*$/, "").trim())
    .filter((line) => line !== "");
}

function inOneSpelling(requirement: string): string {
  try {
    return formatRequirement(parseRequirement(requirement));
  } catch {
    return requirement; // a path or a bare URL
  }
}
