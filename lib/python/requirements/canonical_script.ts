import { isTable, withAbsolutePaths } from "./absolute_paths.ts";
import { formatRequirement, parseRequirement } from "../source/requirement.ts";

/** What uv is to resolve, apart from the interpreter. */
export interface ScriptNeeds {
  /** PEP 508 requirements, in any order and spelling. */
  dependencies: string[];
  /** The `[tool.uv]` table of the script's header, or what counts here of a project's. */
  toolUv?: Record<string, unknown>;
  /** What relative paths in `toolUv` start from. */
  folder: string;
}

/** Each requirement in one spelling, sorted, each once. */
export function canonicalDependencies(dependencies: string[]): string[] {
  const spelled = dependencies.map((one) => formatRequirement(parseRequirement(one)));
  return [...new Set(spelled)].sort();
}

/**
 * A script of nothing but a PEP 723 header, the same for all that need the same. It leaves
 * `requires-python` out: uv then resolves for the interpreter at hand and no other.
 */
export async function canonicalScript(needs: ScriptNeeds): Promise<string> {
  const dependencies = canonicalDependencies(needs.dependencies);
  const lines = dependencies.map((one) => `#   ${JSON.stringify(one)},`);
  const tool: string[] = [];
  if (needs.toolUv) {
    const { stringify } = await import("smol-toml");
    // The script of an environment lies elsewhere than the header that it stands for.
    const uv = withAbsolutePaths(needs.toolUv, needs.folder);
    tool.push("#", ...stringify({ tool: { uv } }).trimEnd().split("\n").map((line) => `# ${line}`));
  }
  return ["# /// script", "# dependencies = [", ...lines, "# ]", ...tool, "# ///", ""].join("\n");
}

/** Whether something is installed from a folder or file that may change while its name stays. */
export function hasLocalSource({ dependencies, toolUv }: ScriptNeeds): boolean {
  const sources = isTable(toolUv?.sources) ? Object.values(toolUv.sources).flat() : [];
  return sources.some((one) => isTable(one) && "path" in one && one.editable !== true) ||
    dependencies.some((one) => {
      const { url } = parseRequirement(one);
      return url !== undefined && (url.startsWith("file:") || !url.includes("://"));
    });
}
