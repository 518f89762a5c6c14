import assert from "node:assert/strict";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { MAY_IMPORT } from "./helpers/allowed_imports.ts";
import {
  circlesIn,
  findArrows,
  findCircles,
  type Modules,
  wrongArrows,
} from "./helpers/find_arrows.ts";
import { runProcess } from "./helpers/run_process.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

Deno.test("each wing imports only what the map allows: downwards and never sideways", () => {
  const modules = readModules();
  assert.deepEqual(wrongArrows(modules), []);
  // The check sees the arrows that there must be.
  const seen = new Set(findArrows(modules).map(({ from, to }) => `${from} → ${to}`));
  for (
    const arrow of [
      "main.ts → lib/serve",
      "lib/serve/http → lib/mcp",
      "lib/mcp/tools → lib/runs/run",
      "lib/runs/run → lib/python",
      "lib/runs → lib/jobs",
      "lib/jobs → lib/jobs/store",
      "lib/jobs/files → lib/base",
    ]
  ) assert(seen.has(arrow), arrow);
});

Deno.test("the map of imports allows nothing that nobody needs", () => {
  const arrows = new Set(findArrows(readModules()).map(({ from, to }) => `${from} → ${to}`));
  const unused = Object.entries(MAY_IMPORT)
    .flatMap(([from, targets]) => targets.map((to) => `${from} → ${to}`))
    .filter((arrow) => !arrows.has(arrow));
  assert.deepEqual(unused, []);
});

Deno.test("no wings may import each other in a circle", () => {
  assert.deepEqual(circlesIn(MAY_IMPORT), []);
});

Deno.test("no files import each other in a circle", () => {
  assert.deepEqual(findCircles(readModules()), []);
});

Deno.test("no module waits for anything while it is loaded: who imports it meanwhile would see it half made", () => {
  const waiting = Object.entries(readModules())
    .filter(([path, source]) =>
      path.startsWith("lib/") && path.endsWith(".ts") && WAITS.test(source)
    );
  assert.deepEqual(waiting.map(([path]) => path), []);
});
const WAITS = /^(?:export )?(?:(?:const|let) .*= )?await /m;

const MISSING_NAMES = `${ROOT}tests/helpers/missing_names.py`;

Deno.test("Python files name only what the files that they import define", async () => {
  assert.deepEqual(await missingNames(`${ROOT}lib`), []);
});

Deno.test("the check of Python names finds one that is not there, and a module that is not imported", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.py`, "import b\nfrom b import x, y\nb.x(b.z, c.d)");
    await Deno.writeTextFile(`${folder}/b.py`, "import os\ntry:\n    x = 1\nexcept E:\n    pass");
    await Deno.writeTextFile(`${folder}/c.py`, "d = 2");
    assert.deepEqual(await missingNames(folder), ["a.py: b.y", "a.py: b.z", "a.py: c"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function missingNames(folder: string): Promise<string[]> {
  const { stdout } = await runProcess(["/usr/bin/python3", "-I", MISSING_NAMES, folder]);
  return JSON.parse(stdout);
}

const WRONG: Record<string, [path: string, source: string]> = {
  "sideways, from jobs to python": ["lib/jobs/job_manager.ts", `import "../python/b.ts";`],
  "sideways, from python to jobs": ["lib/python/a.ts", `export * from '../jobs/b.ts';`],
  "sideways, from one wing to another": ["lib/jobs/store/a.ts", `import "../process/b.ts";`],
  "upwards, from mcp to serve": ["lib/mcp/a.ts", `import "../serve/b.ts";`],
  "upwards, from a wing to the room's top": ["lib/jobs/task/a.ts", `import "../job_manager.ts";`],
  "upwards, for a type": ["lib/jobs/files/a.ts", `import type {\n  B,\n} from "../store/b.ts";`],
  "upwards, dynamic": ["lib/python/a.ts", `const b = await import("../mcp/b.ts");`],
  "upwards, dynamic with a line break": ["lib/base/a.ts", `await import(\n  "../jobs/b.ts",\n);`],
  "upwards, as a type only": ["lib/base/a.ts", `let b: import("../jobs/b.ts").B;`],
  "upwards, to the entry": ["lib/mcp/a.ts", `import { b } from "../../main.ts";`],
  "upwards, by the package's own name": ["lib/mcp/a.ts", `import { b } from "@x/python-mcp";`],
  "upwards, from the page to what serves it": ["lib/page/a.ts", `import "../serve/b.ts";`],
  "past the use cases, from mcp to python": ["lib/mcp/tools/a.ts", `import "../../python/b.ts";`],
  "out, into the tests": ["lib/base/a.ts", `import { b } from "../../tests/b.ts";`],
  "from the entry past its rooms": ["main.ts", `import { b } from "./lib/python/b.ts";`],
  "from a wing that the map does not know": ["lib/jobs/new/a.ts", `import "../../base/b.ts";`],
};
for (const [name, [path, source]] of Object.entries(WRONG)) {
  Deno.test(`the check of imports finds an arrow ${name}`, () => {
    assert.equal(wrongArrows({ [path]: source }).length, 1);
  });
}

for (
  const [name, source] of Object.entries({
    "by its name": "import os, outcome",
    "for one of its names": "from outcome import (\n    a,\n)",
    "inside a function": "def f():\n    import outcome as o",
  })
) {
  Deno.test(`the check of imports finds an arrow of a Python file ${name}`, () => {
    const modules = { "lib/python/in_script/a.py": source, "lib/jobs/supervisor/outcome.py": "" };
    assert.deepEqual(wrongArrows(modules), [
      "lib/python/in_script/a.py → lib/jobs/supervisor/outcome.py",
    ]);
  });
}

Deno.test("the check of imports lets pass what may be, and comments", () => {
  const source = `import { a } from "./b.ts";
    import config from "../../deno.json" with { type: "json" };
    import { z } from "zod";
    /** import { b } from "../serve/b.ts" */
    // import { b } from "../serve/b.ts"
    import { c } from "../runs/c.ts";`;
  assert.deepEqual(wrongArrows({ "lib/mcp/a.ts": source }), []);
});

const CIRCLES: Record<string, Modules> = {
  "by type imports alone": {
    "lib/base/a.ts": `import type { B } from "./b.ts";`,
    "lib/base/b.ts": `export type { C } from "./c.ts";`,
    "lib/base/c.ts": `let a: import("./a.ts").A;`,
  },
  "of Python files": {
    "lib/jobs/supervisor/a.py": "from b import x",
    "lib/jobs/supervisor/b.py": "if True:\n    import a",
  },
  "of Python files of two folders, installed flat": {
    "lib/jobs/supervisor/a.py": "import b",
    "lib/python/in_script/b.py": "import a",
  },
};
for (const [name, modules] of Object.entries(CIRCLES)) {
  Deno.test(`the check of imports finds a circle ${name}`, () => {
    assert.deepEqual(findCircles(modules), [Object.keys(modules)]);
  });
}

Deno.test("the check of imports takes a module's own folder first, and finds no circle in a diamond", () => {
  assert.deepEqual(
    findCircles({
      "lib/jobs/supervisor/a.py": "import b, c\nimport sys",
      "lib/jobs/supervisor/b.py": "import c",
      "lib/jobs/supervisor/c.py": "",
      "lib/python/in_script/c.py": "import a",
    }),
    [],
  );
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
function readModules(): Modules {
  const files: Modules = { "main.ts": Deno.readTextFileSync(`${ROOT}main.ts`) };
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) walk(path);
      else if (/\.([mc]?[jt]sx?|py)$/.test(name)) {
        files[relative(ROOT, path)] = Deno.readTextFileSync(path);
      }
    }
  };
  walk(`${ROOT}lib`);
  return files;
}
