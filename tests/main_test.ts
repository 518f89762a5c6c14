import assert from "node:assert/strict";
import { ROOT } from "./helpers/program.ts";
import { runProcess } from "./helpers/run_process.ts";

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
