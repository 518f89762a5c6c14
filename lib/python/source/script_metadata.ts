import { UserError } from "../../base/user_error.ts";
import { parsePythonVersion } from "../interpreters/python_version.ts";
import { requirementName } from "./requirement.ts";

/** What a script says about itself in its PEP 723 block. */
export interface ScriptMetadata {
  dependencies: string[];
  requiresPython?: string;
  /** The `[tool.*]` tables. */
  tool?: Record<string, unknown>;
  /** The block's first and last line, counted from 1. */
  block: { start: number; end: number };
}

/** What `writeScriptMetadata` adds; a dependency replaces that of the same name. */
export interface MetadataChanges {
  dependencies?: string[];
  requiresPython?: string;
}

interface Block {
  /** Indexes of the opening and the closing line. */
  first: number;
  last: number;
  toml: string;
}

const opening = /^# \/\/\/ ([a-zA-Z0-9-]+)$/;
const closing = "# ///";

/** Reads the `script` block of a Python source; `undefined` when it has none. */
export async function readScriptMetadata(source: string): Promise<ScriptMetadata | undefined> {
  const block = scriptBlock(linesOf(source));
  if (!block) return undefined;
  const table = await parseToml(block);
  const { dependencies = [], "requires-python": requiresPython, tool } = table;
  if (!Array.isArray(dependencies) || dependencies.some((one) => typeof one !== "string")) {
    throw invalid(block.first + 1, "`dependencies` must be a list of strings");
  }
  if (requiresPython !== undefined && typeof requiresPython !== "string") {
    throw invalid(block.first + 1, '`requires-python` must be a string, e.g. ">=3.11"');
  }
  if (tool !== undefined && (typeof tool !== "object" || tool === null || Array.isArray(tool))) {
    throw invalid(block.first + 1, "`tool` must be a table");
  }
  return {
    dependencies: dependencies as string[],
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(tool === undefined ? {} : { tool: tool as Record<string, unknown> }),
    block: { start: block.first + 1, end: block.last + 1 },
  };
}

/** Returns the source with the changes merged into its `script` block, which it gets if need be. */
export async function writeScriptMetadata(
  source: string,
  changes: MetadataChanges,
): Promise<string> {
  if (changes.requiresPython !== undefined) {
    await parsePythonVersion(changes.requiresPython, "requires_python");
  }
  const lineEnd = source.includes("\r\n") ? "\r\n" : "\n";
  const lines = linesOf(source);
  const block = scriptBlock(lines);
  const present = await readScriptMetadata(lines.join("\n"));
  const table: Record<string, unknown> = block ? await parseToml(block) : {};
  const requiresPython = changes.requiresPython ?? present?.requiresPython;
  const { "requires-python": _, dependencies: __, tool, ...others } = table;
  const { stringify } = await import("smol-toml");
  const toml = stringify({
    ...others,
    ...(requiresPython === undefined ? {} : { "requires-python": requiresPython }),
    dependencies: mergeRequirements(present?.dependencies ?? [], changes.dependencies ?? []),
    ...(tool === undefined ? {} : { tool }),
  });
  const comment = toml.trimEnd().split("\n").map((line) => line === "" ? "#" : `# ${line}`);
  const written = ["# /// script", ...comment, closing];

  if (block) {
    lines.splice(block.first, block.last - block.first + 1, ...written);
  } else {
    // A blank line keeps a comment that follows from being read as part of the block.
    lines.splice(headLines(lines), 0, ...written, "");
  }
  return lines.join(lineEnd);
}

/** Both lists as one; where both name a distribution, what `explicit` says about it holds. */
export function mergeRequirements(declared: string[], explicit: string[]): string[] {
  const replaced = new Set(explicit.map(requirementName));
  return [...declared.filter((one) => !replaced.has(requirementName(one))), ...explicit];
}

function linesOf(source: string): string[] {
  return source.split(/\r\n|\n|\r/);
}

function scriptBlock(lines: string[]): Block | undefined {
  const blocks: Block[] = [];
  for (let first = 0; first < lines.length; first++) {
    const type = opening.exec(lines[first]!)?.[1];
    if (type === undefined) continue;
    const last = closingLine(lines, first);
    if (last === undefined) continue;
    if (type === "script") {
      const content = lines.slice(first + 1, last);
      blocks.push({ first, last, toml: content.map((line) => line.slice(2)).join("\n") });
    }
    first = last;
  }
  if (blocks.length > 1) {
    const places = blocks.map((block) => block.first + 1).join(" and ");
    throw new UserError(
      `Cannot read the script's metadata: it has ${blocks.length} \`# /// script\` blocks ` +
        `(lines ${places}), and PEP 723 allows one. Merge them into one.`,
    );
  }
  return blocks[0];
}

/** The last closing line of the run of comment lines that follows, as the PEP's expression does. */
function closingLine(lines: string[], first: number): number | undefined {
  let last: number | undefined;
  for (let index = first + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (line !== "#" && !line.startsWith("# ")) break;
    if (line === closing && index > first + 1) last = index;
  }
  return last;
}

/** How many lines have to stay in front: a shebang and an encoding declaration. */
function headLines(lines: string[]): number {
  const encoding = /^[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+/;
  const shebang = lines[0]?.startsWith("#!") ? 1 : 0;
  if (encoding.test(lines[1] ?? "") && (shebang === 1 || /^\s*(#|$)/.test(lines[0]!))) return 2;
  return shebang === 1 || encoding.test(lines[0] ?? "") ? 1 : 0;
}

async function parseToml(block: Block): Promise<Record<string, unknown>> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(block.toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
    throw invalid(block.first + 1 + error.line, `it is not valid TOML: ${what}`);
  }
}

function invalid(line: number, rule: string): UserError {
  return new UserError(
    `Cannot read the script's metadata (PEP 723) at line ${line}: ${rule}. Correct the ` +
      '`# /// script` block; it looks like `# dependencies = ["requests"]` and ends with `# ///`.',
  );
}
