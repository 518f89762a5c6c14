import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

Deno.test("importing main.ts starts nothing and writes nothing", async () => {
  const home = await Deno.makeTempDir({ prefix: "python-mcp-test-" });
  try {
    const program = `const library = await import("@x/python-mcp");
      await Deno.stdout.write(new TextEncoder().encode(Object.keys(library).sort().join(" ")));`;
    const child = new Deno.Command(Deno.execPath(), {
      // It may read, and neither write nor start anything.
      args: ["run", "--no-prompt", "--quiet", "--allow-read", "--allow-env", "-"],
      cwd: ROOT,
      env: { PYTHON_MCP_HOME: `${home}/home` },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(program));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(code, 0);
    assert.equal(
      new TextDecoder().decode(stdout),
      "cancelJob createProgressCallback currentJobId getJobStatus initializeState listJobs pruneJobs smartAsync",
    );
    assert.deepEqual([...Deno.readDirSync(home)], []);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
