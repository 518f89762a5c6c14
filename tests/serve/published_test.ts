import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { denoDir } from "../helpers/program.ts";
import { PublishedPackage } from "../helpers/published_package.ts";
import { runProcess } from "../helpers/run_process.ts";
import { TestHome } from "../helpers/test_home.ts";

async function run(home: TestHome, main: string, ...args: string[]) {
  // Modules go into a cache of the test's own, packages come from the usual one.
  Deno.mkdirSync(home.join("deno"), { recursive: true });
  try {
    Deno.symlinkSync(`${denoDir()}/npm`, home.join("deno/npm"));
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  return await runProcess([Deno.execPath(), "run", "-A", "--no-prompt", main, ...args], {
    cwd: home.path,
    env: { PYTHON_MCP_HOME: home.join("home"), DENO_DIR: home.join("deno"), NO_COLOR: "1" },
  });
}

Deno.test("the published package shows its demo when it runs from its URL", async () => {
  await using home = await TestHome.create();
  await using registry = new PublishedPackage();
  const { code, stdout, stderr } = await run(home, registry.main, "demo");
  assert.equal(code, 0, stderr.replaceAll(/^Download .*\n/gm, "") + stdout);
  assert.match(stdout, /All as promised/);
});

Deno.test("the published package installs its own URL", async () => {
  await using home = await TestHome.create();
  await using registry = new PublishedPackage();
  const dry = await run(home, registry.main, "install", "--client", "cursor", "--dry-run");
  assert.equal(dry.code, 0, dry.stderr);
  assert(dry.stdout.includes(`"${registry.main}"`), dry.stdout);
  const version = await run(home, registry.main, "version");
  assert.equal(version.stdout, `${config.version}\n`);
});
