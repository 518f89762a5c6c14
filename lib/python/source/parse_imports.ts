import {
  childrenOf,
  evaluateGate,
  knownNames,
  type Release,
  type Surely,
  type SyntaxNode,
  valueOf,
} from "./evaluate_gate.ts";
import { skimImports } from "./skim_imports.ts";

/** What a source needs. */
export type Need =
  /**
   * A module by its dotted name: `google.cloud.storage` for `from google.cloud import storage`,
   * `..x.y` for `from ..x import y`. An optional one is only tried: the source goes on without it.
   */
  | { module: string; optional?: true }
  /** A file that is run, as its path is written. */
  | { file: string; optional?: true }
  /** The first of several branches that can be had. */
  | { anyOf: Need[][]; optional?: true };

/** What decides which parts of a source ever run. */
export interface ParseOptions {
  release: Release;
  /** Whether it is the script itself and not something that it imports. */
  isMain: boolean;
}

// A handler for `Exception` is one for a failed import too.
const catchesImportErrors = /^\W*$|\b(?:ImportError|ModuleNotFoundError|(?:Base)?Exception)\b/;
const suppressesImportErrors =
  /\bsuppress\s*\([^]*\b(?:ImportError|ModuleNotFoundError|Exception)\b/;
const asksWhetherThere = /\bfind_spec\s*\(|\bfind_loader\s*\(|\bin\s+sys\.modules\b/;

/**
 * Reads what a source imports, in order, also inside functions and from source with errors in it.
 * Blocks that are never entered here are left out: those of other systems and other Pythons, and
 * those for type checkers.
 */
export async function parseImports(
  source: string,
  { release, isMain }: ParseOptions,
): Promise<Need[]> {
  const { parser } = await import("@lezer/python");
  const text = skimImports(source);
  const tree = parser.parse(text).topNode;
  return needsOf(tree, surelyIn(tree, text, knownNames(release, isMain)));
}

/** The names that the source gives to what is known. */
function surelyIn(tree: SyntaxNode, text: string, names: Surely["names"]): Surely {
  const aliases = new Map<string, string>();
  const constants = new Map(names);
  const surely = { text, names: constants, aliases };
  const assigned = new Set<string>();
  tree.cursor().iterate((node) => {
    if (node.name !== "ImportStatement") return;
    for (const { module, name } of importedNames(node.node, surely)) aliases.set(name, module);
  });
  for (const statement of childrenOf(tree)) {
    if (statement.name !== "AssignStatement") continue;
    const name = textOf(statement.firstChild!, surely);
    constants.set(name, assigned.has(name) ? undefined : valueOf(statement.lastChild!, surely));
    assigned.add(name);
  }
  return surely;
}

function needsOf(node: SyntaxNode, surely: Surely): Need[] {
  if (node.name === "ImportStatement") {
    return importedNames(node, surely).map(({ module }) => ({ module }));
  }
  if (node.name === "TryStatement") return tryStatement(node, surely);
  if (node.name === "IfStatement") return ifStatement(node, surely);
  const needs = node.name === "CallExpression" ? importCall(node, surely) : [];
  for (const child of childrenOf(node)) needs.push(...needsOf(child, surely));
  const isSuppressed = node.name === "WithStatement" &&
    suppressesImportErrors.test(headOf(node, surely));
  return isSuppressed ? optional(needs) : needs;
}

function textOf(node: SyntaxNode, { text }: Surely): string {
  return text.slice(node.from, node.to);
}

/** What an import statement imports, and the names that this gets. */
function importedNames(node: SyntaxNode, surely: Surely): { module: string; name: string }[] {
  const words = [...childrenOf(node)]
    .filter(({ name }) => !/^(?:Comment|⚠|[()])$/.test(name))
    // As Python does with identifiers.
    .map((child) => textOf(child, surely).normalize("NFKC"));
  const keyword = words.indexOf("import");
  const from = words.slice(1, Math.max(1, keyword)).join("");
  const names: string[][] = [[]];
  for (const word of words.slice(keyword + 1)) {
    if (word === ",") names.push([]);
    else names.at(-1)?.push(word);
  }
  const level = /^\.*/.exec(from)![0];
  // After the last comma of a list in brackets comes nothing.
  return names.filter((name, i) => name.length > 0 || i === 0).map((name) => {
    const alias = name.indexOf("as");
    const imported = name.slice(0, alias < 0 ? undefined : alias).join("");
    const parts = `${from}.${imported}`.split(".").filter((part) => part && part !== "*");
    return {
      module: level + parts.join("."),
      name: (alias < 0 ? undefined : name[alias + 1]) ?? imported,
    };
  }).filter(({ module }) => module);
}

/** `importlib.import_module("x")`, `__import__("x")` and `runpy.run_path("x.py")` with a literal. */
function importCall(node: SyntaxNode, surely: Surely): Need[] {
  const [callee, list] = childrenOf(node);
  const called = /(?:^|\.)(import_module|__import__|run_path)$/.exec(
    callee === undefined ? "" : textOf(callee, surely),
  )?.[1];
  const argument = list?.firstChild?.nextSibling;
  if (called === undefined || argument?.name !== "String") return [];
  const text = valueOf(argument, surely);
  if (typeof text !== "string" || text === "") return [];
  if (called === "run_path") return [{ file: text }];
  // Relative to a package that only the running program knows.
  return /^[^\s.]\S*$/.test(text) ? [{ module: text.normalize("NFKC") }] : [];
}

/** `try: import a` with `except ImportError: import b` needs one of the two. */
function tryStatement(node: SyntaxNode, surely: Surely): Need[] {
  const attempt: Need[] = [];
  const fallbacks: Need[][] = [];
  const others: Need[] = [];
  let goesOn = false;
  for (const { clause, head, body } of clausesOf(node, surely)) {
    const needs = needsOf(body, surely);
    if (clause === "try" || clause === "else") attempt.push(...needs);
    else if (
      clause === "except" && catchesImportErrors.test(head) && !endsRun(body, surely)
    ) {
      goesOn = true;
      if (needs.length > 0) fallbacks.push(needs);
    } else others.push(...needs);
  }
  if (attempt.length === 0) return [...fallbacks.flat(), ...others];
  if (!goesOn) return [...attempt, ...others];
  return [{ anyOf: [optional(attempt), ...fallbacks] }, ...others];
}

/** Whether a handler always raises or exits. */
function endsRun(body: SyntaxNode, surely: Surely): boolean {
  return [...childrenOf(body)].some((statement) =>
    statement.name === "RaiseStatement" ||
    /^(?:(?:sys\.|os\.)?_?exit|quit)\s*\(/.test(textOf(statement, surely))
  );
}

function ifStatement(node: SyntaxNode, surely: Surely): Need[] {
  const needs: Need[] = [];
  for (const { clause, head, condition, body } of clausesOf(node, surely)) {
    const entered = clause === "else" || (condition && evaluateGate(condition, surely));
    const inside = entered === false ? [] : needsOf(body, surely);
    needs.push(...(asksWhetherThere.test(head) ? optional(inside) : inside));
    if (entered === true) break;
  }
  return needs;
}

function optional(needs: Need[]): Need[] {
  return needs.map((need) => ({ ...need, optional: true }));
}

function headOf(node: SyntaxNode, { text }: Surely): string {
  return text.slice(node.from, node.lastChild!.from);
}

/** The branches of a `try` or `if`: the keyword, what stands after it, and the body. */
function* clausesOf(node: SyntaxNode, { text }: Surely) {
  let clause = "";
  let from = node.from;
  let condition: SyntaxNode | undefined;
  for (const child of childrenOf(node)) {
    if (child.name === "Body") {
      yield { clause, head: text.slice(from, child.from).trim(), condition, body: child };
    } else if (/^(?:try|except|else|finally|if|elif)$/.test(child.name)) {
      clause = child.name;
      from = child.to;
    } else condition = child;
  }
}
