import { dirname, join, parse } from "node:path";
import { MAY_IMPORT } from "./allowed_imports.ts";

/** The modules of the program: their text by their path from the root, such as `lib/jobs/job.ts`. */
export type Modules = Record<string, string>;

/** An import that leads from one wing of the house into another. */
export interface Arrow {
  from: string;
  to: string;
  /** Such as `lib/jobs/job.ts → lib/python/find_uv.ts`. */
  text: string;
}

/** The imports that lead from one wing into another. */
export function findArrows(modules: Modules): Arrow[] {
  return Object.entries(importsOf(modules)).flatMap(([path, targets]) =>
    targets
      .map((target) => ({ from: wingOf(path), to: wingOf(target), text: `${path} → ${target}` }))
      .filter(({ from, to }) => from !== to)
  );
}

/** The arrows that point where they must not; those of a wing that is not in the map are among them. */
export function wrongArrows(modules: Modules): string[] {
  return findArrows(modules)
    .filter(({ from, to }) => to !== "deno.json" && !MAY_IMPORT[from]?.includes(to))
    .map(({ text }) => text);
}

/** The sets of modules that import each other in a circle; each set sorted. */
export function findCircles(modules: Modules): string[][] {
  return circlesIn(importsOf(modules));
}

/** The same for anything that imports; `imports` has what each imports by its name. */
export function circlesIn(imports: Record<string, readonly string[]>): string[][] {
  const reached = new Map(Object.keys(imports).map((path) => [path, reach(path, imports)]));
  const circles = new Map<string, string[]>();
  for (const [path, targets] of reached) {
    if (!targets.has(path)) continue;
    const circle = [...targets].filter((one) => reached.get(one)?.has(path)).sort();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

function reach(path: string, imports: Record<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  const waiting = [...imports[path]!];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...imports[next] ?? []);
  }
  return found;
}

/** The local modules that each module imports, itself not counted. */
function importsOf(modules: Modules): Record<string, string[]> {
  const pythonFiles = Object.keys(modules).filter((path) => path.endsWith(".py"));
  return Object.fromEntries(
    Object.entries(modules).map(([path, source]) => {
      const targets = path.endsWith(".py")
        ? pythonImports(path, source, pythonFiles)
        : scriptImports(path, source);
      return [path, [...new Set(targets)].filter((target) => target !== path)];
    }),
  );
}

/** Static and dynamic imports and re-exports; a dynamic one must name its module literally. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\n]+)\1/g;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

function scriptImports(path: string, source: string): string[] {
  return [...source.replaceAll(COMMENT, "").matchAll(IMPORT)]
    .map((match) => match[2]!)
    .filter((specifier) => specifier.startsWith(".") || specifier.startsWith("@x/"))
    .map((specifier) => specifier.startsWith("@x/") ? "main.ts" : join(dirname(path), specifier));
}

const PYTHON_IMPORT = /^[ \t]*(?:from[ \t]+\.*([\w.]+)[ \t]+import\b|import[ \t]+([\w., \t]+))/gm;

/** Python files are installed flat, so that they import those of any folder by name; their own first. */
function pythonImports(path: string, source: string, files: string[]): string[] {
  return [...source.matchAll(PYTHON_IMPORT)]
    .flatMap(([, from, names]) => (from ?? names!).split(","))
    .map((name) => name.trim().split(/[\s.]/)[0]!)
    .flatMap((name) => {
      const named = files.filter((file) => parse(file).name === name);
      const beside = named.filter((file) => dirname(file) === dirname(path));
      return beside.length > 0 ? beside : named;
    });
}

/** A file that the map names is a wing of its own; so is what lies outside of `lib`. */
function wingOf(path: string): string {
  return path in MAY_IMPORT || !path.startsWith("lib/") ? path : dirname(path);
}
