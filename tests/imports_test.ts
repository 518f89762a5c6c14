import assert from "node:assert/strict";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { findArrows, wrongArrows } from "./helpers/find_arrows.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

Deno.test("imports point one way: main → serve → mcp → python and jobs, all → base", () => {
  const files = readModules();
  assert.deepEqual(wrongArrows(files), []);
  // The check sees the arrows that there must be.
  const seen = new Set(findArrows(files).map(({ from, to }) => `${from} → ${to}`));
  for (
    const arrow of [
      "main.ts → lib/serve",
      "lib/serve → lib/mcp",
      "lib/serve → lib/page",
      "lib/mcp → lib/page",
      "lib/mcp → lib/python",
      "lib/mcp → lib/jobs",
      "lib/jobs → lib/base",
      "lib/python → lib/base",
    ]
  ) assert(seen.has(arrow), arrow);
});

const WRONG: Record<string, [path: string, source: string]> = {
  "sideways, from jobs to python": ["lib/jobs/a.ts", `import { b } from "../python/b.ts";`],
  "sideways, from python to jobs": ["lib/python/a.ts", `export * from '../jobs/b.ts';`],
  "upwards, from mcp to serve": ["lib/mcp/a.ts", `import "../serve/b.ts";`],
  "upwards, for a type": ["lib/jobs/a.ts", `import type {\n  B,\n} from "../mcp/b.ts";`],
  "upwards, dynamic": ["lib/python/a.ts", `const b = await import("../mcp/b.ts");`],
  "upwards, dynamic with a line break": ["lib/base/a.ts", `await import(\n  "../jobs/b.ts",\n);`],
  "upwards, as a type only": ["lib/base/a.ts", `let b: import("../jobs/b.ts").B;`],
  "upwards, to the entry": ["lib/mcp/a.ts", `import { b } from "../../main.ts";`],
  "upwards, by the package's own name": ["lib/mcp/a.ts", `import { b } from "@x/python-mcp";`],
  "upwards, from the page to what serves it": ["lib/page/a.ts", `import "../serve/b.ts";`],
  "out, into the tests": ["lib/base/a.ts", `import { b } from "../../tests/b.ts";`],
  "from the entry past its rooms": ["main.ts", `import { b } from "./lib/python/b.ts";`],
};
for (const [name, [path, source]] of Object.entries(WRONG)) {
  Deno.test(`the check of imports finds an arrow ${name}`, () => {
    assert.equal(wrongArrows({ [path]: source }).length, 1);
  });
}

Deno.test("the check of imports lets pass what may be, and comments", () => {
  const source = `import { a } from "./b.ts";
    import config from "../../deno.json" with { type: "json" };
    import { z } from "zod";
    /** import { b } from "../serve/b.ts" */
    // import { b } from "../serve/b.ts"
    import { c } from "../jobs/c.ts";`;
  assert.deepEqual(wrongArrows({ "lib/mcp/a.ts": source }), []);
});

Deno.test("the committed deno.lock names no package that only tests and examples import", async () => {
  const { npm } = JSON.parse(await committed("deno.lock")) as { npm: Record<string, unknown> };
  const theirs = Object.values(config.scopes).flatMap((scope) => Object.values(scope))
    .map((specifier) => /^npm:\/?(@?[^@]+@[^/]+)/.exec(specifier)![1]!);
  assert.ok(theirs.length > 0);
  assert.deepEqual(
    Object.keys(npm).filter((name) => theirs.some((one) => name.startsWith(one))),
    [],
    "`deno test` or `deno check` without a lock named wrote into deno.lock: take it from main " +
      "(`git checkout main deno.lock`), and give them --lock=tests/deno.lock",
  );
});

/** A file as git has it; as it is where there is no git, since a bare `deno check` changes deno.lock. */
async function committed(path: string): Promise<string> {
  const git = new Deno.Command("git", { args: ["show", `HEAD:${path}`], cwd: ROOT });
  const { success, stdout } = await git.output().catch(() => ({ success: false, stdout: null }));
  return success ? new TextDecoder().decode(stdout!) : await Deno.readTextFile(`${ROOT}${path}`);
}

/** The text of every module of the program by its path. */
function readModules(): Record<string, string> {
  const files: Record<string, string> = { "main.ts": Deno.readTextFileSync(`${ROOT}main.ts`) };
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) walk(path);
      else if (/\.[mc]?[jt]sx?$/.test(name)) {
        files[relative(ROOT, path)] = Deno.readTextFileSync(path);
      }
    }
  };
  walk(`${ROOT}lib`);
  return files;
}
