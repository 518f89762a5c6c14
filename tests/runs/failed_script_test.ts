import assert from "node:assert/strict";
import { connect } from "../helpers/connect.ts";
import { uvFolder } from "../helpers/run_plan.ts";
import { TestHome } from "../helpers/test_home.ts";

async function run(source: string, more: Record<string, unknown> = {}) {
  await using home = await TestHome.create();
  const env = { PATH: `${await uvFolder()}:${Deno.env.get("PATH")}` };
  await using client = await connect({ home: home.path, env });
  const { json, isError } = await client.call("py_run_script_in_dir", {
    directory: home.path,
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

Deno.test("a run that its time limit ended is not called out of memory", async () => {
  const source =
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)\n";
  const { note } = await run(source, { timeout_seconds: 0.5 });
  assert.doesNotMatch(note, /memory/);
});

Deno.test("a result names the line of a syntax error", async () => {
  assert.match((await run("x = 1\ny = = 2\n")).note, /\(line 2\)/);
});
