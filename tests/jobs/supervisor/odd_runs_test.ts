import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../../lib/base/private_files.ts";
import { logSize } from "../../../lib/jobs/files/output_log.ts";
import { interpreters } from "../../helpers/interpreters.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, PYTHON, python } from "../job_bench.ts";
import { supervisorOf } from "../kill.ts";

const BROKEN: [string, string[], RegExp][] = [
  [
    "its program does not exist",
    ["/nowhere/python", "x"],
    /: \/nowhere\/python could not be started/,
  ],
  ["an argument holds NUL", [PYTHON, "-c", "1", "a\0b"], /embedded null byte/],
  [
    "an argument is too long",
    [PYTHON, "-c", "1", "x".repeat(200_000)],
    /longer than the system allows/,
  ],
  ["its program is no program", ["/etc/passwd"], /\/etc\/passwd could not be started/],
];

for (const [what, script, error] of BROKEN) {
  Deno.test(`a job fails with the reason when ${what}`, async () => {
    await using bench = await JobBench.open();
    const row = await bench.run(script);
    assert.equal(row.status, "failed");
    assert.match(row.error!, error);
    assert.equal((await bench.run(python("print(1)"))).status, "completed");
  });
}

Deno.test("a job fails with the reason when a variable holds NUL or its folder is gone", async () => {
  await using bench = await JobBench.open();
  const script = python("print(1)");
  assert.match((await bench.run(script, { env: { A: "a\0b" } })).error!, /embedded null byte/);
  const gone = { argv: script, cwd: "/nowhere" };
  assert.match((await bench.run(script, { run: gone })).error!, /No such file .*\/nowhere/);
});

Deno.test("arguments and variables reach the script when they are megabytes of any text", async () => {
  await using bench = await JobBench.open();
  const args = Array.from({ length: 15 }, (_, n) => `${n}é\n"'\\`.repeat(9000));
  const { result } = await bench.run(
    python("import os, sys; print(sum(map(len, sys.argv[1:])), os.environ['V'])", ...args),
    { env: { V: "ü\n" } },
  );
  assert.equal(result.stdout, `${args.reduce((sum, text) => sum + text.length, 0)} ü\n\n`);
});

for (const stream of ["stdout", "stderr"]) {
  Deno.test(`a job is stopped as failed when it prints more to ${stream} than it may`, async () => {
    await using bench = await JobBench.open({ maxOutputBytes: 1 << 20 });
    const row = await bench.run(python(
      "import sys, time\n" +
        `print('x' * 2_000_000, flush=True, file=sys.${stream}); time.sleep(1000)`,
    ));
    assert.equal(row.status, "failed");
    const limit = "exceeded the limit of 1 MB \\(PYTHON_MCP_MAX_OUTPUT_MB\\)";
    assert.match(row.error!, new RegExp(`${stream} ${limit}`));
  });
}

Deno.test("a job ends and leaves nothing when its folder is removed while it runs", async () => {
  await using bench = await JobBench.open();
  const script = "import time; print('up', flush=True); time.sleep(1000)";
  const { id, files } = await bench.start(python(script));
  await waitFor(() => logSize(files.stdout) > 0, { what: "its output" });
  const supervisor = await supervisorOf(files);
  Deno.removeSync(files.folder, { recursive: true });
  Deno.kill(supervisor, "SIGTERM");
  const row = await bench.end(id);
  assert.match(row.error!, /folder was removed/);
});

Deno.test("a job says who ended it when its supervisor is told to end", async () => {
  await using bench = await JobBench.open();
  const { id, files } = await bench.start(python("import time; time.sleep(1000)"));
  Deno.kill(await supervisorOf(files), "SIGTERM");
  assert.match((await bench.end(id)).error!, /told to end \(SIGTERM\)/);
});

Deno.test("a run is repeated and measured when that is asked for", async () => {
  await using bench = await JobBench.open();
  const { result: { outcome, stdout } } = await bench.run(
    python("import time; x = b'x' * 30_000_000; time.sleep(0.2); print(1)"),
    { repeat: 3, sampleIntervalSeconds: 0.02 },
  );
  assert.equal(stdout, "1\n1\n1\n");
  assert.equal(outcome.runs.length, 3);
  assert(
    outcome.runs.every(({ wall_seconds, peak_rss_bytes }) =>
      wall_seconds >= 0.2 && peak_rss_bytes > 30e6
    ),
  );
  assert(outcome.samples!.some(([, bytes]) => bytes > 30e6));
});

Deno.test("a script runs with what its preparation made when there are steps", async () => {
  await using bench = await JobBench.open();
  const saved = join(bench.path, "saved");
  const made = join(bench.path, "made");
  const prepare = [
    {
      label: "Save",
      argv: python("print('  42 ')"),
      save_stdout_to: saved,
      lock: join(bench.path, "l", "lock"),
    },
    { label: "Skip", argv: ["/bin/false"], creates: saved },
    { label: "Make", argv: python("import os; open(os.environ['P'], 'w')"), env: { P: made } },
  ];
  const { result, status } = await bench.run([], {
    prepare,
    run: {
      argv: [PYTHON, "-c", "import sys; print(open(sys.argv[1]).read())", saved],
      cwd: bench.path,
    },
  });
  assert.equal(status, "completed");
  assert.equal(result.stdout, "42\n");
  assert.equal(exists(made), true);
});

Deno.test("a job names the step when its preparation fails or takes too long", async () => {
  await using bench = await JobBench.open();
  const failing = await bench.run(python("print(1)"), {
    prepare: [{ label: "Install x", argv: python("raise SystemExit(4)") }],
  });
  assert.equal(failing.error, "Install x failed: exit code 4");
  assert.equal(failing.result.outcome.failed_step, "Install x");
  const slow = await bench.run(python("print(1)"), {
    prepare: [{ label: "Wait", argv: python("import time; time.sleep(99)"), timeout_seconds: 0.2 }],
  });
  assert.equal(slow.error, "Wait failed: it took longer than 0.2 s");
});

Deno.test("a job is cancelled when it waits for another's preparation", async () => {
  await using bench = await JobBench.open();
  const lock = join(bench.path, "shared");
  const step = { label: "Wait", argv: python("import time; time.sleep(1000)"), lock };
  const first = await bench.start(python("print(1)"), { prepare: [step] });
  const second = await bench.start(python("print(1)"), { prepare: [step] });
  await waitFor(() => second.files.progress?.message === "Wait", { what: "it" });
  for (const { id } of [second, first]) {
    assert.equal((await bench.manager.cancel(id))?.row.status, "cancelled");
  }
});

for (const { path, version } of interpreters) {
  Deno.test(`jobs run, are cancelled and time out when Python ${version} supervises them`, async () => {
    await using bench = await JobBench.open({ python: path });
    assert.equal((await bench.run(python("print(1)"), { stdin: "x" })).result.stdout, "1\n");
    const long = python(
      "import subprocess; subprocess.run(['sleep', '1000'], start_new_session=True)",
    );
    const { id, files } = await bench.start(long);
    await supervisorOf(files);
    assert.equal((await bench.manager.cancel(id))?.row.status, "cancelled");
    assert.equal((await bench.run(long, { timeoutSeconds: 0.2 })).result.outcome.timed_out, true);
  });
}
