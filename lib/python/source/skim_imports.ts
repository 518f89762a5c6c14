// What a scan of the text has to tell apart: strings and comments (which may hold anything),
// brackets and line joins (which make one statement of several lines), and the words to look for.
const tokens = new RegExp(
  [
    /"""[^"\\]*(?:(?:\\[^]|"(?!""))[^"\\]*)*(?:"""|$)/,
    /'''[^'\\]*(?:(?:\\[^]|'(?!''))[^'\\]*)*(?:'''|$)/,
    /"(?:\\[^]|[^"\\\n])*"?/,
    /'(?:\\[^]|[^'\\\n])*'?/,
    /#[^\n]*/,
    /\\\n/,
    /[()[\]{}]/,
    /\b(?:__import__|import_module|run_path|import)\b/,
    /\n/,
  ].map((part) => part.source).join("|"),
  "g",
);
// Where one of these starts a line, a bracket that is still open was never closed.
const notInBrackets = /\n[ \t]*(?:import|def|class|from[ \t]+[\w.]+[ \t]+import)\b/y;
const branches = /^\s*(?:try|if|with)\b/;
const continuesBranches = /^\s*(?:except|elif|else|finally)\b/;
/** What conditions may be built from, given a name: `PY311 = sys.version_info >= (3, 11)`. */
const constant =
  /^\w+\s*(?::[^=]*)?=[^=][^]*(?:version|platform|\bsystem\(|\bos\.name\b|TYPE_CHECKING|\buname\b)/;
/** What ends a handler such that its `try` is no mere attempt. */
const givesUp = /^\s*(?:raise\b|(?:sys\.|os\.)?_?exit\s*\(|quit\s*\()/;
const opensBlock = /:[ \t]*(?:#.*)?$/;
const tabStop = 8;

/** One statement of one or more lines; of a compound one, the header only. */
interface Statement {
  text: string;
  indent: number;
  imports: boolean;
  /** How many `if` and `try` it stands under. */
  depth?: number;
}

/**
 * Reduces a source to its statements with `import`, `__import__`, `import_module` or `run_path`, the
 * `if`, `try` and `with` that they stand under, and what these are judged by, each such block once:
 * a full parse of everything takes too long.
 *
 * @example
 * ```ts
 * import { skimImports } from "./skim_imports.ts";
 *
 * skimImports("x = 1\ndef f():\n  y = 2\n  import yaml\n"); // "import yaml\n"
 * ```
 */
export function skimImports(source: string): string {
  const text = source.replace(/\r\n?/g, "\n");
  const statements = importsWithBranches(splitStatements(text));
  const blocks = new Set<string>();
  let block = "";
  statements.forEach(({ text, depth = 0 }, i) => {
    if (depth === 0 && !continuesBranches.test(text)) {
      blocks.add(block);
      block = "";
    }
    block += " ".repeat(depth) + text.trimStart() + "\n";
    // A header whose body was left out gets another: the parser would misread the next clause.
    const emptied = depth >= (statements[i + 1]?.depth ?? 0);
    if (emptied && opensBlock.test(text)) block += " ".repeat(depth + 1) + "pass\n";
  });
  return [...blocks, block].join("");
}

function splitStatements(source: string): Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  let depth = 0;
  let imports = false;
  const endAt = (end: number) => {
    const text = source.slice(start, end);
    if (/^\s*[^\s#]/.test(text)) statements.push({ text, indent: indentOf(text), imports });
    start = end + 1;
    imports = false;
  };
  for (const { 0: token, index } of source.matchAll(tokens)) {
    if (token === "\n") {
      notInBrackets.lastIndex = index;
      if (depth > 0 && notInBrackets.test(source)) depth = 0;
      if (depth === 0) endAt(index);
    } else if ("([{".includes(token)) depth++;
    else if (")]}".includes(token)) depth = Math.max(0, depth - 1);
    else if (/^[_ir]/.test(token)) imports = true;
    else if (token.includes("import") && isTemplate(token, source.slice(index - 2, index))) {
      imports = true;
    }
  }
  endAt(source.length);
  return statements;
}

function isTemplate(token: string, prefix: string): boolean {
  return /^["']/.test(token) && /[ft]r?$/i.test(prefix);
}

function indentOf(text: string): number {
  let indent = 0;
  for (const char of text) {
    if (char === " ") indent++;
    else if (char === "\t") indent += tabStop - (indent % tabStop);
    else break;
  }
  return indent;
}

/** Whether the innermost statement stands directly in an `except` of a `try` with imports. */
function isInHandler(open: { headers: Statement[] }[]): boolean {
  const headers = open.at(-2)?.headers ?? [];
  return headers[0]?.depth !== undefined && /^\s*except\b/.test(headers.at(-1)!.text);
}

/** The statements with imports, and the headers of the branches around them, in order. */
function importsWithBranches(statements: Statement[]): Statement[] {
  const open: { indent: number; headers: Statement[] }[] = [];
  for (const statement of statements) {
    while ((open.at(-1)?.indent ?? -1) > statement.indent) open.pop();
    const level = open.at(-1);
    if (level?.indent !== statement.indent) {
      open.push({ indent: statement.indent, headers: [statement] });
    } else if (continuesBranches.test(statement.text)) {
      level.headers.push(statement);
      // A handler says what the imports before it are worth.
      statement.depth = level.headers[0]!.depth;
    } else level.headers = [statement];

    const wanted = statement.imports || (statement.indent === 0 && constant.test(statement.text)) ||
      (givesUp.test(statement.text) && isInHandler(open));
    if (!wanted) continue;
    let depth = 0;
    for (const { headers } of open) {
      if (headers.at(-1) !== statement && !branches.test(headers[0]?.text ?? "")) continue;
      for (const header of headers) header.depth = depth;
      depth++;
    }
  }
  return statements.filter(({ depth }) => depth !== undefined);
}
