import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { PrepareStep, RunStep } from "../../../lib/base/command.ts";
import { isOutcome, outcomeIn } from "../../../lib/jobs/files/is_outcome.ts";
import type { StoredSpec } from "../../../lib/jobs/files/job_record.ts";
import { HOME_FOLDERS, JOB_FILES, SESSION_FILES } from "../../../lib/jobs/files/names.ts";
import type { SessionSpec } from "../../../lib/jobs/files/messages.ts";
import type { ProcessSpec } from "../../../lib/jobs/files/process_spec.ts";
import { endedWithoutRun, type Outcome } from "../../../lib/jobs/model/job.ts";
import { startScript } from "../child_bench.ts";
import { JobBench, PYTHON, python } from "../job_bench.ts";

/** TypeScript and Python agree on names and keys: TypeScript's types are the truth, Python is held to them. */

const ROOM = fileURLToPath(new URL("../../../lib", import.meta.url));
const SUPERVISOR = `${ROOM}/jobs/supervisor`;
const IN_SCRIPT = `${ROOM}/python/in_script`;

/** Every key of a type; the compiler sees that none is missing or too many. */
type Keys<T> = Record<keyof Required<T>, true>;
const PROCESS: Keys<ProcessSpec> = {
  id: true,
  parent: true,
  dir: true,
  order: true,
  kind: true,
  prepare: true,
  run: true,
  timeout_seconds: true,
  max_output_bytes: true,
  max_memory_bytes: true,
  max_processes: true,
  sample_interval_seconds: true,
  repeat: true,
  warm: true,
  session: true,
};
const STEP: Keys<Omit<PrepareStep, "needs"> & RunStep> = {
  label: true,
  argv: true,
  cwd: true,
  env: true,
  creates: true,
  lock: true,
  save_stdout_to: true,
  timeout_seconds: true,
  stdin: true,
  stdin_open: true,
  sandbox: true,
};
const STORED: Keys<StoredSpec> = {
  id: true,
  seq: true,
  kind: true,
  tool: true,
  label: true,
  parent: true,
  listed: true,
  owner: true,
  created_at: true,
  expires_at: true,
  answered: true,
  command: true,
  has_secrets: true,
  details: true,
  process: true,
  ray: true,
};
const SESSION: Keys<SessionSpec> = {
  id: true,
  dir: true,
  record: true,
  prepare: true,
  run: true,
  warm: true,
  max_memory_bytes: true,
  max_processes: true,
  stage: true,
  grace_seconds: true,
  idle_seconds: true,
};
/** Without what is added to the outcome of a job on a cluster. */
const OUTCOME: Keys<Omit<Outcome, "node" | "python" | "notes">> = {
  exit_code: true,
  signal: true,
  timed_out: true,
  cancelled: true,
  error: true,
  failed_step: true,
  started_at: true,
  script_started_at: true,
  ended_at: true,
  elapsed_seconds: true,
  prepare_seconds: true,
  stopped: true,
  runs: true,
  samples: true,
  memory: true,
  cold: true,
};

const NAMES = Object.fromEntries(
  Object.entries({ ...JOB_FILES, ...HOME_FOLDERS, ...SESSION_FILES })
    .map(([key, name]) => [key.replaceAll(/[A-Z]/g, "_$&").toUpperCase(), name]),
);

for (const path of [`${SUPERVISOR}/names.py`, `${IN_SCRIPT}/_python_mcp_names.py`]) {
  Deno.test(`${path.split("/").at(-1)} has the names that names.ts has`, () => {
    const found = constantsOf(path);
    assert(Object.keys(found).length > 10);
    for (const [key, name] of Object.entries(found)) assert.equal(name, NAMES[key], key);
  });
}

Deno.test("Python names files and folders of a job and a home in names.py alone", () => {
  const literal = new RegExp(
    `"(${Object.values(NAMES).map((name) => RegExp.escape(name)).join("|")})"`,
  );
  for (const { path, text } of pythonSources()) {
    const found = text.split("\n").filter((line) => /join\(|has\(|open_|write_json/.test(line))
      .filter((line) => literal.test(line));
    assert.deepEqual(found, [], path);
  }
});

Deno.test("TypeScript outside lib/jobs/files names no file of a job", () => {
  const names = Object.values(JOB_FILES).filter((name) => /\.(json|log|py)$/.test(name));
  const literal = new RegExp(`"(${names.map((name) => RegExp.escape(name)).join("|")})"`);
  const found = sources(ROOM, ".ts").filter(({ path }) =>
    !/\/jobs\/files\/|\/lib\/python\//.test(path)
  )
    .filter(({ text }) => literal.test(text));
  assert.deepEqual(found.map(({ path }) => path), []);
});

Deno.test("Python reads only keys that a spec and its steps have", () => {
  const known = { ...PROCESS, ...STEP, ...STORED, ...SESSION };
  const read = new Set<string>();
  for (const { path, text } of pythonSources()) {
    for (const [, name, , key] of text.matchAll(/\b(spec|step|parent)(\.get\(|\[)"(\w+)"/g)) {
      assert(key! in known, `${path}: ${name}["${key}"]`);
      read.add(key!);
    }
  }
  assert(read.size > 10, `${read.size} keys were found`);
});

Deno.test("an outcome has the same keys whoever writes it", async () => {
  const never = Object.keys(endedWithoutRun({}));
  const inPython = JSON.parse(runPython(
    `import json, sys; sys.path.insert(0, ${JSON.stringify(SUPERVISOR)})
import job_outcome; print(json.dumps(list(job_outcome.ended_without_run())))`,
  ));
  assert.deepEqual(inPython.toSorted(), never.toSorted());
  await using bench = await JobBench.open();
  const { result: { outcome } } = await bench.run(python("import time; time.sleep(9)"), {
    sampleIntervalSeconds: 0.01,
    maxMemoryBytes: 1,
  });
  assert.deepEqual(Object.keys(outcome).toSorted(), Object.keys(OUTCOME).toSorted());
});

const WHOLE = { ended_at: 1, elapsed_seconds: 0.5, stopped: 0, runs: [{}] };
const OUTCOMES = [
  WHOLE,
  { ...WHOLE, exit_code: null, signal: "SIGKILL", error: "text", failed_step: null },
  {},
  { ...WHOLE, ended_at: "1" },
  { ...WHOLE, ended_at: 1e300 },
  { ...WHOLE, stopped: true },
  { ...WHOLE, exit_code: "0" },
  { ...WHOLE, error: {} },
  { ...WHOLE, runs: [null] },
  { ...WHOLE, runs: 5 },
].map((outcome) => JSON.stringify(outcome)).concat("5", "[]", '{"ended_at": 1e999}');

Deno.test("TypeScript and Python take the same for an outcome", () => {
  const inPython = JSON.parse(runPython(
    `import json, sys; sys.path.insert(0, ${JSON.stringify(SUPERVISOR)})
import job_outcome
print(json.dumps([job_outcome.is_outcome(json.loads(text)) for text in json.loads(${
      JSON.stringify(JSON.stringify(OUTCOMES))
    })]))`,
  ));
  assert.deepEqual(inPython, OUTCOMES.map((text) => isOutcome(JSON.parse(text))));
  assert.deepEqual(inPython.filter(Boolean).length, 2);
});

Deno.test("an outcome says null or false where a script has left a key out", () => {
  const written = { exit_code: 3, ended_at: 1, elapsed_seconds: 1, stopped: 0, runs: [] };
  assert.deepEqual(outcomeIn(written), {
    ...written,
    ...{ signal: null, error: null, failed_step: null, timed_out: false, cancelled: false },
  });
  assert.equal(outcomeIn({ ...written, runs: 1 }), undefined);
});

Deno.test("the spec of a script's own job has keys that a server's has", async () => {
  await using bench = await JobBench.open();
  const script = `import python_mcp; print(python_mcp.run("1").id)`;
  const parent = await startScript(bench, script);
  const { result } = await bench.end(parent.id);
  const spec = bench.manager.files(result.stdout.trim())!.spec!;
  for (const key of Object.keys(spec)) assert(key in STORED, key);
  for (const key of Object.keys(spec.process)) assert(key in PROCESS, key);
  for (const key of Object.keys(spec.process.run)) assert(key in STEP, key);
});

function constantsOf(path: string): Record<string, string> {
  const source = `import json, runpy
found = runpy.run_path(${JSON.stringify(path)})
print(json.dumps({name: value for name, value in found.items() if name.isupper()}))`;
  return JSON.parse(runPython(source));
}

function runPython(source: string): string {
  const { success, stdout, stderr } = new Deno.Command(PYTHON, { args: ["-c", source] })
    .outputSync();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function pythonSources() {
  return [
    SUPERVISOR,
    `${ROOM}/jobs/launcher`,
    `${ROOM}/jobs/warm`,
    `${ROOM}/jobs/session`,
    IN_SCRIPT,
  ].flatMap((folder) => sources(folder, ".py"))
    .filter(({ path }) => !path.endsWith("names.py"));
}

function sources(folder: string, ending: string): { path: string; text: string }[] {
  return Array.from(Deno.readDirSync(folder)).flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return sources(path, ending);
    return name.endsWith(ending) ? [{ path, text: Deno.readTextFileSync(path) }] : [];
  });
}
