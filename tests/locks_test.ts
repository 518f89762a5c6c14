import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };
import { unnamedFetches } from "./helpers/find_fetches.ts";
import { ROOT } from "./helpers/program.ts";
import { runProcess } from "./helpers/run_process.ts";
import { skippableTest } from "./helpers/skippable.ts";
import { TestHome } from "./helpers/test_home.ts";

const ABOUT_IT = ["tests/locks_test.ts", "tests/helpers/find_fetches.ts"];
const program = packagesIn("deno.lock");
const UPDATE = "`deno task lock` writes the locks anew";

function packagesIn(lock: string): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(`${ROOT}${lock}`)).npm;
}

async function deno(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runProcess([Deno.execPath(), ...args], {
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
  });
  assert.equal(code, 0, stderr);
  return { stdout, stderr };
}

Deno.test("deno.lock names the packages that main.ts reaches and no other", async () => {
  const { stdout } = await deno(["info", "--json", "main.ts"]);
  const reached = Object.keys(JSON.parse(stdout).npmPackages);
  assert.deepEqual(Object.keys(program).sort(), reached.sort(), UPDATE);
});

Deno.test("the lock of the tests has the program's packages in the same versions", () => {
  const ofTests = packagesIn("tests/deno.lock");
  for (const [name, entry] of Object.entries(program)) {
    assert.deepEqual(ofTests[name], entry, `${name}: ${UPDATE}`);
  }
});

skippableTest(
  "a start from an empty cache downloads at most 20 packages and 30 MB",
  await whyNoRegistry(),
  async () => {
    await using home = await TestHome.create();
    // On stdio, where its input ends at once.
    const { stderr } = await deno(["run", "-A", "--frozen", "main.ts"], {
      DENO_DIR: home.join("deno"),
      PYTHON_MCP_HOME: home.join("home"),
    });
    const packages = stderr.match(/^Download .*\.tgz$/gm) ?? [];
    assert.equal(packages.length, Object.keys(program).length, stderr);
    assert.ok(packages.length <= 20, packages.join("\n"));
    const bytes = sizeOf(home.join("deno/npm"));
    assert.ok(bytes > 1_000_000 && bytes <= 30_000_000, `${bytes} bytes`);
  },
);

Deno.test("tests, tasks and CI fetch nothing that no lock names", () => {
  const { lock, ...tasks } = config.tasks;
  const sources: Record<string, string> = {
    ".ci/run": Deno.readTextFileSync(`${ROOT}.ci/run`),
    "deno.json": [...packages(config), ...Object.values(tasks).map(({ command }) => command)]
      .join("\n"),
    "tests/tools/deno.json": Deno.readTextFileSync(`${ROOT}tests/tools/deno.json`),
  };
  for (const path of [...modulesIn("tests"), ...modulesIn("build"), ...modulesIn("examples")]) {
    if (!ABOUT_IT.includes(path)) sources[path] = Deno.readTextFileSync(`${ROOT}${path}`);
  }
  const found = Object.entries(sources).flatMap(([path, source]) =>
    unnamedFetches(source).map((line) => `${path}: ${line}`)
  );
  assert.deepEqual(found, []);
  // It is the one that writes locks.
  assert.match(lock.command, /^rm -f deno.lock && /);
});

for (
  const [line, ok] of [
    ['import { x } from "npm:left-pad";', 'import { x } from "npm:left-pad@1.3.0";'],
    ['  "zod": "npm:zod@^4.0.0",', '  "zod": "npm:/@scope/zod@4.0.0/sub",'],
    ["npx -y deno@2 task test", "npx -y deno@2.9.6 task test"],
    ['args: ["run", "--no-lock", X]', 'args: ["run", X]'],
    ['run(["pip", "install", "idna"])', 'run(["pip", "install", "idna==3.4"])'],
    ["python3 -m pip install idna", "message: /uv pip install --python/,"],
    ["uvx ruff check", "uvx ruff==0.14.0 check"],
    ["deno test -A tests/fuzz", "deno test -A --lock=tests/deno.lock --frozen tests/fuzz"],
    ["deno check --doc", "deno check --lock=tests/deno.lock --frozen --doc"],
    ["deno run -A tests/bench/main.ts", "deno run -A tests/run.ts"],
  ] as const
) {
  Deno.test(`the check of what is fetched finds: ${line.trim()}`, () => {
    assert.deepEqual(unnamedFetches(`const a = 1;\n${line}\n${ok}\n`), [line.trim()]);
  });
}

/** Each specifier on a line of its own. */
function packages({ imports, scopes }: typeof config): string[] {
  return [imports, ...Object.values(scopes)].flatMap((map) => Object.values(map))
    .map((specifier) => `"${specifier}"`);
}

function modulesIn(folder: string): string[] {
  return [...Deno.readDirSync(`${ROOT}${folder}`)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return modulesIn(path);
    return /\.(ts|py|sh)$/.test(name) ? [path] : [];
  });
}

async function whyNoRegistry(): Promise<string | false> {
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY") ?? "https://registry.npmjs.org/";
  try {
    const { body } = await fetch(registry, { method: "HEAD", signal: AbortSignal.timeout(5000) });
    await body?.cancel();
    return false;
  } catch {
    return `${registry} does not answer`;
  }
}

/** The bytes of all files below a folder. */
function sizeOf(folder: string): number {
  return [...Deno.readDirSync(folder)].reduce((sum, { name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return sum + (isDirectory ? sizeOf(path) : Deno.lstatSync(path).size);
  }, 0);
}
