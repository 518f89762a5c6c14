import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compiledRuntime } from "../../helpers/compiled_runtime.ts";
import { interpreters } from "../../helpers/interpreters.ts";
import { PythonProcess } from "../../helpers/python_process.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const REPORT = join(import.meta.dirname!, "../..", "fixtures", "progress", "report.py");
const runtime = compiledRuntime();
const FROM_WORKER = { current: 1000, total: 1000, message: "worker" };

for (const { path, version } of interpreters) {
  Deno.test(`progress is readable within a second when Python is ${version}`, async (t) => {
    for (const mode of ["silence", "thread", "os_fork", "fork", "spawn", "forkserver"]) {
      await t.step(mode, () =>
        withReport(path, mode, async (python, file) => {
          await waitFor(() => python.stderr(), { what: "the reports" });
          await waitFor(async () => (await read(file))?.current === 1000, {
            what: "the last report",
          });
          assert.equal((await stat(file)).mode & 0o777, 0o600);
        }));
    }
  });

  Deno.test(`progress keeps the last report when Python ${version} ends`, async () => {
    await withReport(path, "at_exit", async (python, file) => {
      assert.deepEqual(await python.result(), { exit: 0, stdout: "", stderr: "" });
      assert.deepEqual(await read(file), { current: 2, total: null, message: "last" });
      // What ended the script may be noted beside it.
      const left = (await readdir(join(file, ".."))).filter((name) => name !== "exception");
      assert.deepEqual(left, ["progress.json"]);
    });
    await withReport(path, "at_exit_of_thread", async (python, file) => {
      assert.deepEqual(await python.result(), { exit: 0, stdout: "", stderr: "" });
      assert.deepEqual(await read(file), FROM_WORKER);
    });
  });

  Deno.test(`progress is not repeated by a child when Python ${version} forks`, async () => {
    await withReport(path, "stale", async (python) => {
      assert.deepEqual(await python.result(), { exit: 0, stdout: "False\n", stderr: "" });
    });
  });

  Deno.test(`progress takes every value when Python is ${version}`, async () => {
    await withReport(path, "odd", async (python) => {
      const { exit, stdout, stderr } = await python.result();
      assert.deepEqual({ exit, stderr }, { exit: 0, stderr: "" });
      assert.deepEqual(stdout.trim().split("\n"), ODD_VALUES);
    });
  });

  Deno.test(`progress does nothing outside a job when Python is ${version}`, async () => {
    const env = (await runtime(path)).env(undefined);
    await using python = await PythonProcess.start(path, [REPORT, "outside"], env);
    assert.deepEqual(await python.result(), {
      exit: 0,
      stdout: "['stderr', 'stdout']\n",
      stderr: "",
    });
  });
}

const IGNORED = "{'current': 7, 'total': 8, 'message': 'unused'}";

const ODD_VALUES = [
  "{'current': 1, 'total': 1, 'message': None}",
  "{'current': 1.5, 'total': 1.5, 'message': None}",
  ...Array(5).fill(IGNORED),
  "{'current': 1.7976931348623157e+308, 'total': 1.7976931348623157e+308, 'message': None}",
  ...Array(2).fill(IGNORED),
  "{'current': 1.152921504606847e+18, 'total': 1.152921504606847e+18, 'message': None}",
  "''",
  "'\\ud800'",
  "'\\ufffd'",
  "'5'",
  "None",
  `'${"x".repeat(39)}`,
  `"{'a': 1}"`,
];

async function withReport(
  path: string,
  mode: string,
  body: (python: PythonProcess, file: string) => Promise<void>,
): Promise<void> {
  const { env } = await runtime(path);
  const jobFolder = await mkdtemp(join(tmpdir(), "progress-"));
  try {
    const file = join(jobFolder, "progress.json");
    await using python = await PythonProcess.start(path, [REPORT, mode], {
      ...env(undefined),
      PYTHON_MCP_PROGRESS_FILE: file,
    });
    await body(python, file);
  } finally {
    await rm(jobFolder, { recursive: true, force: true });
  }
}

async function read(file: string) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}
