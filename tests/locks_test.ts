import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { skippableTest } from "./helpers/skippable.ts";
import { TestHome } from "./helpers/test_home.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const program = packagesIn("deno.lock");
const UPDATE = "`deno task lock` writes the locks anew";

function packagesIn(lock: string): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(`${ROOT}${lock}`)).npm;
}

async function deno(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stderr));
  return { stdout: text(stdout), stderr: text(stderr) };
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
