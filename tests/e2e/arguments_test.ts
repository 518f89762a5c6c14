import assert from "node:assert/strict";
import { CLIENTS, connect } from "../helpers/connect.ts";
import { TestHome } from "../helpers/test_home.ts";

const SHOW = "import sys, os; print(sys.argv[1:], os.environ.get('N'), sys.stdin.read() == '')";

for (const kind of CLIENTS) {
  Deno.test(`a call runs as it was meant when its host writes arguments its own way (${kind} client)`, async () => {
    await using home = await TestHome.prepared("home");
    await using client = await connect({ home: home.join("home"), kind });
    const call = (args: Record<string, unknown>) =>
      client.call("py_run_script_in_dir", { directory: home.path, use_uv: false, ...args });

    const nulls = await call({
      script_content: SHOW,
      script_path: null,
      python_version: null,
      args: null,
      env_vars: null,
      stdin: null,
      timeout_seconds: null,
      job_label: null,
      time_budget_seconds: null,
    });
    assert.equal(nulls.json.stdout, "[] None True\n");

    const empty = await call({ script_content: SHOW, script_path: "", python_version: "" });
    assert.equal(empty.json.stdout, "[] None True\n");

    const texts = await call({
      script_content: SHOW,
      use_uv: "false",
      args: '["a", 1, true]',
      env_vars: '{"N": 5}',
      timeout_seconds: "60",
    });
    assert.equal(texts.json.stdout, "['a', '1', 'true'] 5 True\n");

    const added = await call({
      script_content: SHOW,
      toolCallId: "x",
      sessionId: 1,
      chatInput: null,
    });
    assert.equal(added.isError, false);
    assert.match(String(added.json.note), /`toolCallId`, `sessionId`, `chatInput`/);

    const misspelt = await call({ scriptpath: "a.py", toolCallId: "x" });
    assert.equal(misspelt.isError, true);
    assert.match(String(misspelt.json.error), /`scriptpath` \(did you mean `script_path`\?\)/);
    assert.doesNotMatch(String(misspelt.json.error), /toolCallId/);

    const both = await call({ script_content: "", script_path: "nowhere.py" });
    assert.match(String(both.json.error), /nowhere\.py: there is no such file/);
  });
}

Deno.test("a refused secret is described in words and not shown", async () => {
  await using home = await TestHome.prepared("home");
  await using client = await connect({ home: home.join("home") });
  const refuse = async (args: Record<string, unknown>) => {
    const call = { directory: home.path, script_content: "1", ...args };
    return String((await client.call("py_run_script_in_dir", call)).json.error);
  };
  assert.match(await refuse({ stdin: { key: "secret" } }), /`stdin` is an object: /);
  assert.match(await refuse({ stdin: ["secret"] }), /`stdin` is an array: /);
  assert.match(await refuse({ env_vars: ["secret"] }), /`env_vars` is an array: /);
  assert.match(await refuse({ env_vars: { A: { b: "secret" } } }), /`env_vars.A` is an object: /);
  assert.doesNotMatch(await refuse({ env_vars: ["secret"] }), /secret/);
});
