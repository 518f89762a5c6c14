import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { noNamespaces, OTHER_PROC } from "../../helpers/namespace.ts";
import { MAIN, ROOT } from "../../helpers/program.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";

const WHOLE_TREE = fileURLToPath(new URL("whole_tree_test.ts", import.meta.url));
/** What SIGTERM ends in its session, what only SIGKILL finds below a parent, and what is left. */
const KINDS = "/started (double_fork|clean_environment)$|ends after (double_fork|stopped_child)/";

skippableTest(
  "every process is stopped where /proc shows another namespace",
  noNamespaces,
  async () => {
    const options = ["--no-check", "--lock=tests/deno.lock", "--frozen", "--filter", KINDS];
    const { code, stdout, stderr } = await runProcess(
      [...OTHER_PROC, Deno.execPath(), "test", "-A", ...options, WHOLE_TREE],
      { cwd: ROOT, env: { NO_COLOR: "1" }, timeoutMs: 120_000 },
    );
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /4 passed/);
  },
);

skippableTest(
  "a ceiling for memory is refused, and doctor says why, where /proc shows another namespace",
  noNamespaces,
  async () => {
    await using home = await TestHome.create();
    const program = async (args: string[]) =>
      await runProcess([...OTHER_PROC, Deno.execPath(), "run", "-A", MAIN, ...args], {
        env: { PYTHON_MCP_HOME: home.join("home") },
        stdin: "print(1)",
      });
    const { stderr } = await program(["run", "--no-uv", "--memory-mb", "500", "-"]);
    assert.match(stderr, /memory_mb .* cannot be kept, since \/proc .*mount -t proc/);
    const { stdout } = await program(["doctor", "--json", "--offline"]);
    assert.match(stdout, /"\/proc shows the processes of another pid namespace/);
  },
);
