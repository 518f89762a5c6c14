import assert from "node:assert/strict";
import { ColdAndWarm } from "../helpers/compare_runs.ts";
import { connect } from "../helpers/connect.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { killIfThere, type TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const shared = new SharedServers();
const start = () => shared.once("start", (home) => ColdAndWarm.start(home));
const HELLO = { script_content: "print('hello')" };

function hosts(home: TestHome): number[] {
  return home.processes().filter(({ command }) => command.startsWith("python-mcp warm host"))
    .map(({ pid }) => pid);
}

Deno.test("a run is cold and ends as ever when its warm host dies before it begins", async () => {
  const runs = await start();
  await runs.untilWarm(HELLO);
  for (const pid of hosts(runs.home)) Deno.kill(pid, "SIGSTOP");
  const { stdout, exit_code, cold } = await runs.run(runs.warm, HELLO);
  assert.deepEqual([stdout, exit_code], ["hello\n", 0]);
  assert.match(String(cold), /ended before it began/);
});

Deno.test("a script goes on when its warm host is killed, and the next run is cold", async () => {
  const runs = await start();
  await runs.untilWarm(HELLO);
  const flag = runs.home.join("go");
  const run = runs.run(runs.warm, {
    script_content: `import os, time
open("begun", "w").close()
while not os.path.exists(${JSON.stringify(flag)}): time.sleep(0.01)
print("done")`,
  });
  await waitFor(() => exists(runs.home.join("begun")), { what: "the script" });
  for (const pid of hosts(runs.home)) killIfThere(pid);
  // It may be given to the dead host, which nobody has noticed yet.
  const { cold } = await runs.run(runs.warm, HELLO);
  assert.match(String(cold), /no warm host|ended before it began/);
  Deno.writeTextFileSync(flag, "");
  const { stdout, exit_code, warm } = await run;
  assert.deepEqual({ stdout, exit_code, warm }, { stdout: "done\n", exit_code: 0, warm: true });
});

Deno.test("a second server uses the warm host of the first, one with another environment does not", async () => {
  const runs = await start();
  await runs.untilWarm(HELLO);
  const before = hosts(runs.home);
  const env = { PYTHON_MCP_WARM: "start", SMART_ASYNC_DEBUG: "true" };
  const run = async (env: Record<string, string>) => {
    await using server = await connect({ home: runs.home.path, kind: "2.x, 2025 era", env });
    return await runs.run(server, HELLO);
  };
  // A host that is busy does not answer at once; then the run is cold, and the next one asks again.
  await waitFor(async () => (await run(env)).warm === true, {
    what: "a warm run of another server",
  });
  assert.match(String((await run({ ...env, OTHER: "value" })).cold), /no warm host/);
  assert(before.every((pid) => hosts(runs.home).includes(pid)));
});

Deno.test("a warm host keeps no environment value and no argument of a job where others see it", async () => {
  const runs = await start();
  await runs.untilWarm({ ...HELLO, args: ["an-argument"] });
  for (const pid of hosts(runs.home)) {
    const seen = ["cmdline", "environ"].map((name) =>
      Deno.readTextFileSync(`/proc/${pid}/${name}`)
    );
    assert.doesNotMatch(seen.join(), /PYTHON_MCP_JOB_ID|an-argument/);
  }
});

Deno.test("runs stay warm when a host has had as many as one may have", async () => {
  const runs = await start();
  await runs.untilWarm(HELLO);
  const seeds = new Set<unknown>();
  for (let run = 0; run < 55; run++) {
    const { warm, stdout } = await runs.run(runs.warm, { script_content: "print(hash('a'))" });
    assert.equal(warm, true, `run ${run}`);
    seeds.add(stdout);
  }
  assert.equal(seeds.size, 2);
});

const COLD: [string, Record<string, unknown>, RegExp][] = [
  ["its caller gives variables", { env_vars: { A: "1" } }, /environment variables/],
  ["a file beside it has the name of a loaded module", { script_path: "shadowed.py" }, /json.py/],
  ["it is run as a module", { script_content: undefined, module: "this" }, /module/],
];
for (const [when, script, reason] of COLD) {
  Deno.test(`a run is cold when ${when}`, async () => {
    const runs = await start();
    await runs.untilWarm(HELLO);
    const folder = runs.home.join("shadow");
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(`${folder}/json.py`, "");
    Deno.writeTextFileSync(`${folder}/shadowed.py`, "import json; print(json.__file__)");
    const path = script.script_path === undefined
      ? {}
      : { script_content: undefined, directory: folder };
    const { cold, exit_code } = await runs.run(runs.warm, { ...HELLO, ...script, ...path });
    assert.match(String(cold), reason);
    assert.equal(exit_code, 0);
  });
}

const PACKAGES: Record<string, string> = {
  "slow_but_quiet/__init__.py": "import time; time.sleep(0.5); from . import part",
  "slow_but_quiet/part.py": "import decimal",
  "prints.py": "print('printed at import')",
  "uses_prints.py": "import prints",
  "reads_arguments.py": "import sys; ARGUMENTS = sys.argv[1:]",
  "asks_folder.py": "import os; FOLDER = os.getcwd()",
  "has_thread.py":
    "import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
  "has_generators.py": "import random; OWN = random.Random(); SEEDED = random.Random(3)",
  "warns.py": "import warnings; warnings.warn('at import')",
  "warns_its_importer.py":
    "import warnings; warnings.warn('old', DeprecationWarning, stacklevel=2)",
  "asks_machine.py": "import subprocess; subprocess.check_output(['uname', '-p'])",
  "looks_for_zip.py": `import sys
for path in sys.path:
    try: open(path) if path.endswith('.zip') else None
    except OSError: pass`,
  "reads_file.py": "import os; TEXT = open(os.environ['HOME'] + '/.warm').read()",
};
const SCRIPT = `import time; began = time.perf_counter()
import slow_but_quiet; quick = time.perf_counter() - began < 0.4
import uses_prints, reads_arguments, asks_folder, has_thread, has_generators, warns, reads_file
import warns_its_importer, asks_machine, looks_for_zip
print(has_generators.SEEDED.random(), reads_arguments.ARGUMENTS, asks_folder.FOLDER, reads_file.TEXT, slow_but_quiet.part.decimal.Decimal(1))
import os; open(os.environ["PYTHON_MCP_ARTIFACTS"] + "/own", "w").write("%r %r" % (quick, has_generators.OWN.random()))
`;

Deno.test("only imports that make no difference are done ahead, and others never again", async () => {
  const home = await shared.home();
  const python = environmentWith(home, PACKAGES);
  Deno.mkdirSync(home.join("user"));
  Deno.writeTextFileSync(home.join("user/.warm"), "text");
  await using runs = await ColdAndWarm.start(home, {
    mode: "imports",
    python,
    env: { HOME: home.join("user") },
  });
  Deno.writeTextFileSync(home.join("script.py"), SCRIPT); // warnings name its path
  const script = { script_path: "script.py", args: ["one"] };
  const expected = await runs.run(runs.cold, script);
  assert.equal(expected.exit_code, 0, String(expected.stderr));
  const own: string[] = [];
  await waitFor(async () => {
    const result = await runs.run(runs.warm, script);
    await new Promise((resolve) => setTimeout(resolve, 150)); // a host is started while nothing runs
    if (result.warm !== true) return false;
    assert.deepEqual([result.stdout, result.stderr], [expected.stdout, expected.stderr]);
    const [artifact] = result.artifacts as { path: string }[];
    own.push(Deno.readTextFileSync(artifact!.path));
    return own.at(-1)!.startsWith("True") && own.length > 1;
  }, { what: "a warm run with its imports", timeoutMs: 60_000 });
  assert.equal(new Set(own).size, own.length, "a generator repeats itself");
  const names =
    [...Deno.readDirSync(home.join("warm"))].find(({ name }) => name.endsWith(".json"))!.name;
  const { never } = JSON.parse(Deno.readTextFileSync(home.join("warm", names)));
  assert.deepEqual(
    Object.keys(never).toSorted(),
    [
      "asks_folder",
      "has_thread",
      "prints",
      "reads_arguments",
      "reads_file",
      "uses_prints",
      "warns",
      "warns_its_importer",
    ],
  );
  const changed = { args: ["one"], script_content: "import sys; sys.path.append('/x')\n" + SCRIPT };
  assert.match(String((await runs.run(runs.warm, changed)).cold), /sys\.path/);
  const limited = { ...script, memory_mb: 900 };
  assert.match(String((await runs.run(runs.warm, limited)).cold), /ceiling/);
});

function environmentWith(home: TestHome, packages: Record<string, string>): string {
  const folder = home.join("venv");
  const { success } = new Deno.Command("/usr/bin/python3", {
    args: ["-m", "venv", "--without-pip", folder],
  }).outputSync();
  assert(success);
  for (const [name, text] of Object.entries(packages)) {
    const path = `${folder}/lib/python3.11/site-packages/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, text);
  }
  return `${folder}/bin/python`;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
