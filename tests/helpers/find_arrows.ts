import { dirname, join } from "node:path";

/** An import between two rooms of the house. */
export interface Arrow {
  from: string;
  to: string;
  /** Such as `lib/jobs/job.ts → lib/python/find_uv.ts`. */
  text: string;
}

/** Which rooms each room may import; every room may import itself. */
export const MAY_IMPORT: Record<string, readonly string[]> = {
  // Only as the library surface; as a program it imports lib/serve alone.
  "main.ts": ["lib/serve", "lib/runs", "lib/jobs"],
  "lib/serve": ["lib/mcp", "lib/runs", "lib/jobs", "lib/python", "lib/page", "lib/base"],
  "lib/mcp": ["lib/runs", "lib/jobs", "lib/python", "lib/page", "lib/base"],
  "lib/runs": ["lib/jobs", "lib/python", "lib/base"],
  "lib/jobs": ["lib/base"],
  "lib/python": ["lib/base"],
  "lib/base": [],
  "lib/page": [],
};

/** Static and dynamic imports and re-exports; a dynamic one must name its module literally. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\n]+)\1/g;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/**
 * The imports of local modules in a set of files that lead from one room into another.
 *
 * @param files Their content by their path from the root, such as `lib/jobs/job.ts`.
 */
export function findArrows(files: Record<string, string>): Arrow[] {
  return Object.entries(files).flatMap(([path, source]) =>
    localImports(path, source)
      .map((target) => ({ from: roomOf(path), to: roomOf(target), text: `${path} → ${target}` }))
      .filter(({ from, to }) => from !== to)
  );
}

/** The arrows that point where they must not. */
export function wrongArrows(files: Record<string, string>): string[] {
  return findArrows(files)
    .filter(({ from, to }) => to !== "deno.json" && !MAY_IMPORT[from]?.includes(to))
    .map(({ text }) => text);
}

function localImports(path: string, source: string): string[] {
  return [...source.replaceAll(COMMENT, "").matchAll(IMPORT)]
    .map((match) => match[2]!)
    .filter((specifier) => specifier.startsWith(".") || specifier.startsWith("@x/"))
    .map((specifier) => specifier.startsWith("@x/") ? "main.ts" : join(dirname(path), specifier));
}

/** `lib/jobs/job.ts` is in `lib/jobs`; what is not in `lib` is a room of its own. */
function roomOf(path: string): string {
  const parts = path.split("/");
  return parts[0] === "lib" ? parts.slice(0, 2).join("/") : parts[0]!;
}
