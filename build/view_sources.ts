import { createHash } from "node:crypto";

/** The modules that a bundle was made of, in their order: the bundler names each above its text. */
export function sourcesIn(bundle: string): string[] {
  return [...bundle.matchAll(/^\/\/ (lib\/page\/\S+\.js)$/gm)].map(([, path]) => path!);
}

/** The SHA-256 of files below a folder, in hexadecimal digits. */
export function digestOf(root: string, paths: string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(Deno.readTextFileSync(`${root}/${path}`));
  return hash.digest("hex");
}
