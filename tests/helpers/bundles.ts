import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./program.ts";

/**
 * Writes modules that hold several test files each: loading what a file imports takes a fifth of a second
 * to a whole one, and files in one module share it.
 *
 * @param folder Where to write them.
 * @param bundles The files of each, as paths from the root.
 * @returns The modules' paths.
 */
export function writeBundles(folder: string, bundles: string[][]): string[] {
  return bundles.map((files, index) => {
    const path = join(folder, `bundle_${index}_test.ts`);
    // One after the other, so that each test is registered by the file that is named.
    const parts = files.map((file) => `testsOf("./${file}");\nawait import("${address(file)}");\n`);
    const helper = address("tests/helpers/tests_of.ts");
    Deno.writeTextFileSync(path, `import { testsOf } from "${helper}";\n${parts.join("")}`);
    return path;
  });
}

/** What is printed without the names of bundles: that of a test begins with its file. */
export function withoutBundles(output: string): string {
  return output.replaceAll(/\S*\bbundle_\d+_test\.ts => (?=\S*\.\/tests\/)/g, "");
}

/** Deals out files, so that neighbours, which often take equally long, come into different bundles. */
export function deal(files: string[], size: number): string[][] {
  const count = Math.ceil(files.length / size);
  return Array.from(
    { length: count },
    (_, bundle) => files.filter((_, index) => index % count === bundle),
  );
}

function address(file: string): string {
  return pathToFileURL(join(ROOT, file)).href;
}
