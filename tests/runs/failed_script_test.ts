import assert from "node:assert/strict";
import { SharedServers } from "../helpers/shared_servers.ts";

const servers = new SharedServers();

async function run(source: string, more: Record<string, unknown> = {}) {
  const client = await servers.connect("2.x, 2025 era", "stdio");
  const { json, isError } = await client.call("py_run_script_in_dir", {
    directory: (await servers.home()).path,
    script_content: source,
    auto_install_deps: false,
    time_budget_seconds: 60,
    ...more,
  });
  assert.equal(isError, false, JSON.stringify(json));
  return json as { exit_code: number; note: string; signal?: string };
}

Deno.test("a result says which distribution a missing module comes with", async () => {
  const { exit_code, note } = await run("import yaml\n");
  assert.equal(exit_code, 1);
  assert.match(note, /add "pyyaml" to `dependencies`/);
});

Deno.test("a result says in words that a script was killed from outside", async () => {
  const source = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n";
  const { exit_code, signal, note } = await run(source);
  assert.deepEqual([exit_code, signal], [137, "SIGKILL"]);
  assert.match(note, /out of memory/);
});

const LIMITS: Record<string, [script: string, note: RegExp]> = {
  "CPU time, which it is told of": [
    "resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass",
    /used 1 s of the CPU .*ulimit -t/,
  ],
  "CPU time, which kills it": [
    "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
    /used 1 s of the CPU .*ulimit -t/,
  ],
  "the size of a file": [
    "resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9)); signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n" +
    "open('large', 'w').write('x' * 99)",
    /larger than its limit \(ulimit -f/,
  ],
};
for (const [what, [script, words]] of Object.entries(LIMITS)) {
  Deno.test(`a result says in words that a script came to its limit of ${what}`, async () => {
    const { note } = await run(`import resource, signal\n${script}\n`);
    assert.match(note, words);
  });
}

Deno.test("a run that its time limit ended is not called out of memory", async () => {
  const source =
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)\n";
  const { note } = await run(source, { timeout_seconds: 0.5 });
  assert.doesNotMatch(note, /memory/);
});

Deno.test("a result names the line of a syntax error", async () => {
  assert.match((await run("x = 1\ny = = 2\n")).note, /\(line 2\)/);
});

const LOGGED = "import sys, traceback\ntry: 1/0\nexcept ArithmeticError: traceback.print_exc()\n";
const ERRORS: Record<string, [source: string, error: string]> = {
  "logged another exception before": [`${LOGGED}sys.exit("config missing")`, "config missing"],
  "logged another exception and exits with a number": [
    `${LOGGED}sys.exit(4)`,
    "The script ended with exit code 4",
  ],
  "raised another exception than it logged": [`${LOGGED}{}["key"]`, "KeyError: 'key'"],
  "has a message of several lines": [
    "raise ValueError('1 validation error\\nid\\n  not an integer')",
    "ValueError: 1 validation error",
  ],
  "gives sys.exit a text": ["import sys\nsys.exit('no such table')", "no such table"],
  "prints to stderr and exits with 1": [
    "import sys\nprint('slow disk', file=sys.stderr)\nsys.exit(1)",
    "The script ended with exit code 1",
  ],
  "raises a group": [
    "class ExceptionGroup(Exception):\n  def __str__(self): return 'a (2 sub-exceptions)'\n" +
    "raise ExceptionGroup()",
    "ExceptionGroup: a (2 sub-exceptions)",
  ],
};
for (const [what, [script_content, error]] of Object.entries(ERRORS)) {
  Deno.test(`a job's error is what ended its script when it ${what}`, async () => {
    const client = await servers.connect("2.x, 2025 era", "stdio");
    const { json } = await client.call("py_run_script_in_dir", {
      directory: (await servers.home()).path,
      script_content,
      use_uv: false,
      async_mode: true,
    });
    const { json: { job } } = await client.call("py_job_status", {
      job_id: json.job_id,
      wait_seconds: 30,
    });
    const { status, error: said } = job as { status: string; error: string };
    assert.deepEqual([status, said], ["failed", error]);
  });
}

Deno.test("a traceback shows no frame of ours when text cannot be encoded", async () => {
  const { stderr } = await run('print("\\xe9")\n', {
    env_vars: { PYTHONIOENCODING: "ascii" },
    use_uv: false,
  }) as unknown as { stderr: string };
  assert.match(stderr, /UnicodeEncodeError/);
  assert.deepEqual(
    [...stderr.matchAll(/File "([^"]+)"/g)].map((file) => file[1]!.split("/").at(-1)),
    [
      "script.py",
    ],
  );
});
