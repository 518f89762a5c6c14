import assert from "node:assert/strict";
import { join } from "node:path";
import { compiledRuntime } from "../../helpers/compiled_runtime.ts";
import { interpreters } from "../../helpers/interpreters.ts";
import { PythonProcess, type PythonResult } from "../../helpers/python_process.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const FIXTURES = join(import.meta.dirname!, "../..", "fixtures");

interface Case {
  script: string;
  args?: string[];
  env?: Record<string, string>;
}

const runtime = compiledRuntime();

/** What makes the hook do all that it does in a job. */
const IN_JOB = { PYTHON_MCP_ARTIFACTS: "/nowhere" };
const STRICT = { PYTHONWARNINGS: "error" };

const CASES: Case[] = [
  { script: "fork" },
  { script: "fork", env: STRICT },
  { script: "fork_in_expression", env: STRICT },
  { script: "fork_with_thread", env: { PYTHONWARNINGS: "always" } },
  { script: "fork_signals" },
  { script: "fork_held_back" },
  ...["fork", "spawn", "forkserver"].map((method) => (
    { script: "pool", args: [method], env: STRICT }
  )),
  { script: "replaced_stdout" },
  { script: "encoding", env: { PYTHONIOENCODING: "ascii" } },
  { script: "encoding", args: ["quiet"], env: { PYTHONIOENCODING: "ascii" } },
  { script: "encoding", args: ["quiet"], env: { PYTHONIOENCODING: "latin-1:replace" } },
  { script: "show_path" },
  { script: "show_path", env: { PYTHONPATH: join(FIXTURES, "sitecustomize_prints") } },
  {
    script: "show_path",
    env: { PYTHONPATH: `/nowhere:${join(FIXTURES, "sitecustomize_raises")}` },
  },
  { script: "threads" },
  { script: "daemon_thread" },
  ...[
    "os_exit",
    "sys_exit",
    "message",
    "exception",
    "killed",
    "interrupted",
    "detach",
    "close",
    "close_fd",
    "exec",
  ].map((ending) => ({ script: "endings", args: [ending] })),
  ...["deleted", "cycle", "closed", "generator", "in_builtins", "registered", "thread"].map(
    (kind) => ({ script: "last_words", args: [kind] }),
  ),
  { script: "children", env: STRICT },
  { script: "process_status" },
];

for (const { path, version } of interpreters) {
  Deno.test(`live output changes nothing that a script does when Python is ${version}`, async (t) => {
    const hooked = await hookOf(path);
    for (const { script, args = [], env = {} } of CASES) {
      await t.step([script, ...args, ...Object.keys(env)].join(" "), async () => {
        const call = [join(FIXTURES, "live_output", `${script}.py`), ...args];
        const [expected, actual] = await Promise.all([
          run(path, call, { ...IN_JOB, ...env }),
          run(path, call, hooked({ ...IN_JOB, ...env })),
        ]);
        assert.deepEqual(actual, expected);
      });
    }
  });

  Deno.test(`live output shows a print within a second when Python is ${version}`, async (t) => {
    const hooked = await hookOf(path);
    for (const mode of ["main", "after_fork", "detached", "fork", "spawn", "forkserver"]) {
      await t.step(mode, async () => {
        const call = [join(FIXTURES, "live_output", "silent.py"), mode];
        await using python = await PythonProcess.start(path, call, hooked({}));
        await waitFor(() => python.stderr(), { what: "the script" });
        await waitFor(() => python.stdout(), { what: "its output" });
        assert.equal(await python.stdout(), "held back\n");
      });
    }
  });
}

/** Adds to an environment what loads the hook. */
async function hookOf(path: string) {
  const { env } = await runtime(path);
  return (given: Record<string, string>) => ({ ...given, ...env(given.PYTHONPATH) });
}

async function run(
  path: string,
  args: string[],
  env: Record<string, string>,
): Promise<PythonResult> {
  await using python = await PythonProcess.start(path, args, env);
  const { exit, stdout, stderr } = await python.result();
  return { exit, stdout, stderr: stderr.replace(/pid=\d+/g, "pid=N") };
}
