import type { parser as Parser } from "@lezer/python";
import { skimImports } from "./skim_imports.ts";

type SyntaxNode = ReturnType<typeof Parser.parse>["topNode"];

/**
 * What a source needs: a module by its dotted name (`google.cloud.storage` for `from google.cloud
 * import storage`, `.` for a relative import), or the first of several branches that can be had.
 */
export type Need = { module: string } | { anyOf: Need[][] };

// A handler for `Exception` is one for a failed import too.
const catchesImportErrors = /^\W*$|\b(?:ImportError|ModuleNotFoundError|(?:Base)?Exception)\b/;
const typeChecking = /^(not\s+)?(?:\w+\.)*TYPE_CHECKING$/;
const versionTest = /^sys\.version_info\s*([<>]=?)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?,?\s*\)$/;
const majorTest = /^sys\.version_info(?:\[0\]|\.major)\s*([<>]=?|==)\s*(\d+)$/;

/**
 * Reads what a source imports, in order, also inside functions and from source with errors in it.
 * Blocks that Python 3.`minor` or a running program never enters (`if TYPE_CHECKING`) are left out.
 */
export async function parseImports(source: string, minor: number): Promise<Need[]> {
  const { parser } = await import("@lezer/python");
  const text = skimImports(source);
  return needsOf(parser.parse(text).topNode, { text, minor });
}

interface Context {
  text: string;
  minor: number;
}

function needsOf(node: SyntaxNode, context: Context): Need[] {
  if (node.name === "ImportStatement") return importStatement(node, context);
  if (node.name === "TryStatement") return tryStatement(node, context);
  if (node.name === "IfStatement") return ifStatement(node, context);
  const needs = node.name === "CallExpression" ? importCall(node, context) : [];
  for (const child of childrenOf(node)) needs.push(...needsOf(child, context));
  return needs;
}

function* childrenOf(node: SyntaxNode): Generator<SyntaxNode> {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child;
}

function textOf(node: SyntaxNode, { text }: Context): string {
  return text.slice(node.from, node.to);
}

function importStatement(node: SyntaxNode, context: Context): Need[] {
  const words = [...childrenOf(node)]
    .filter(({ name }) => !/^(?:Comment|⚠|[()])$/.test(name))
    .map((child) => textOf(child, context));
  const keyword = words.indexOf("import");
  const from = words.slice(1, Math.max(1, keyword)).join("");
  if (from.startsWith(".")) return [{ module: "." }];

  const names: string[][] = [[]];
  for (const word of words.slice(keyword + 1)) {
    if (word === ",") names.push([]);
    else names.at(-1)?.push(word);
  }
  // After the last comma of a list in brackets comes nothing.
  return names.filter((name, i) => name.length > 0 || i === 0).map((name) => {
    const alias = name.indexOf("as");
    const imported = name.slice(0, alias < 0 ? undefined : alias).join("");
    const module = `${from}.${imported}`.split(".").filter((part) => part && part !== "*");
    return { module: module.join(".") };
  }).filter(({ module }) => module);
}

/** `importlib.import_module("x")` and `__import__("x")` with a literal name. */
function importCall(node: SyntaxNode, context: Context): Need[] {
  const [callee, list] = childrenOf(node);
  if (!callee || !/(?:^|\.)(?:import_module|__import__)$/.test(textOf(callee, context))) return [];
  const name = list?.firstChild?.nextSibling;
  if (name?.name !== "String") return [];
  const module = textOf(name, context).match(/^[ru]?(["'])([^\s"'\\]+)\1$/i)?.[2];
  return module ? [{ module: module.startsWith(".") ? "." : module }] : [];
}

/** `try: import a` with `except ImportError: import b` needs one of the two. */
function tryStatement(node: SyntaxNode, context: Context): Need[] {
  const attempt: Need[] = [];
  const fallbacks: Need[][] = [];
  const others: Need[] = [];
  for (const { clause, head, body } of clausesOf(node, context)) {
    const needs = needsOf(body, context);
    if (clause === "try" || clause === "else") attempt.push(...needs);
    else if (clause === "except" && catchesImportErrors.test(head) && needs.length > 0) {
      fallbacks.push(needs);
    } else others.push(...needs);
  }
  if (attempt.length === 0) return [...fallbacks.flat(), ...others];
  return [{ anyOf: [attempt, ...fallbacks] }, ...others];
}

function ifStatement(node: SyntaxNode, context: Context): Need[] {
  const needs: Need[] = [];
  for (const { clause, head, body } of clausesOf(node, context)) {
    const entered = clause === "else" || conditionValue(head, context.minor);
    if (entered !== false) needs.push(...needsOf(body, context));
    if (entered === true) break;
  }
  return needs;
}

/** The branches of a `try` or `if`: the keyword, what stands after it, and the body. */
function* clausesOf(node: SyntaxNode, { text }: Context) {
  let clause = "";
  let from = node.from;
  for (const child of childrenOf(node)) {
    if (child.name === "Body") {
      yield { clause, head: text.slice(from, child.from).trim(), body: child };
    } else if (/^(?:try|except|else|finally|if|elif)$/.test(child.name)) {
      clause = child.name;
      from = child.to;
    }
  }
}

/** The value of a condition where it is the same in every run with Python 3.`minor`. */
function conditionValue(condition: string, minor: number): boolean | undefined {
  const checking = condition.match(typeChecking);
  if (checking) return checking[1] !== undefined;

  const major = condition.match(majorTest);
  if (major) return compares(3 - Number(major[2]), major[1]);

  const version = condition.match(versionTest);
  if (!version) return undefined;
  if (version[2] !== "3") return compares(3 - Number(version[2]), version[1]);
  // `version_info` has five parts: with an equal beginning it is the greater one.
  const difference = minor - Number(version[3] ?? minor);
  return compares(difference === 0 ? 1 : difference, version[1]);
}

function compares(difference: number, operator?: string): boolean {
  if (difference === 0) return operator?.includes("=") ?? false;
  return difference > 0 ? operator?.startsWith(">") ?? false : operator?.startsWith("<") ?? false;
}
