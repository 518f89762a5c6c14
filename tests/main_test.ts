import assert from "node:assert/strict";
import { NO_PROC, noNamespaces } from "./helpers/namespace.ts";
import { MAIN, ROOT } from "./helpers/program.ts";
import { runProcess } from "./helpers/run_process.ts";
import { skippableTest } from "./helpers/skippable.ts";

Deno.test("importing main.ts starts nothing and writes nothing", async () => {
  const home = await Deno.makeTempDir({ prefix: "python-mcp-test-" });
  try {
    const program = `const library = await import("@x/python-mcp");
      await Deno.stdout.write(new TextEncoder().encode(Object.keys(library).sort().join(" ")));`;
    // It may read, and neither write nor start anything.
    const flags = ["--no-prompt", "--quiet", "--allow-read", "--allow-env"];
    const { code, stdout, stderr } = await runProcess([Deno.execPath(), "run", ...flags, "-"], {
      cwd: ROOT,
      env: { PYTHON_MCP_HOME: `${home}/home` },
      stdin: program,
    });
    assert.equal(stderr, "");
    assert.equal(code, 0);
    assert.equal(
      stdout,
      "cancelJob createProgressCallback currentJobId getJobStatus initializeState listJobs pruneJobs smartAsync",
    );
    assert.deepEqual([...Deno.readDirSync(home)], []);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

skippableTest("the program says what to do when there is no /proc", noNamespaces, async () => {
  for (const args of [[], ["jobs"]]) {
    const { code, stdout, stderr } = await runProcess([
      ...NO_PROC,
      Deno.execPath(),
      "run",
      "-A",
      MAIN,
      ...args,
    ]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^python-mcp: Cannot run without \/proc, .*: mount -t proc proc \/proc\n$/,
    );
  }
});
