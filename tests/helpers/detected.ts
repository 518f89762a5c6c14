import { detectImports, type DetectOptions } from "../../lib/python/source/detect_imports.ts";

/** The distributions that a source gets. */
export async function dependencies(source: string, options?: DetectOptions): Promise<string[]> {
  return (await detectImports(source, options)).dependencies;
}

/** What is found, without what else is said about it. */
export async function found(source: string, options?: DetectOptions) {
  const { imports, dependencies, unknown } = await detectImports(source, options);
  return { imports, dependencies, unknown };
}
