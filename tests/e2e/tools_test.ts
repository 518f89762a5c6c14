import assert from "node:assert/strict";
import { CLIENTS, connect } from "../helpers/connect.ts";
import { TestHome } from "../helpers/test_home.ts";

for (const kind of CLIENTS) {
  Deno.test(`py_run_script_in_dir answers with the result when the script is quick (${kind})`, async () => {
    await using home = await TestHome.create();
    await using server = await connect({ home: home.path, kind });
    const { json, content, isError } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)",
      use_uv: false,
    });
    assert.equal(isError, false);
    assert.equal(json.stdout, "out\n");
    assert.equal(json.stderr, "err\n");
    assert.equal(json.exit_code, 3);
    assert.equal(json.execution_strategy, "system-python");
    assert.equal(typeof json.elapsed_seconds, "number");
    assert.equal("job_id" in json, false);
    assert.deepEqual(JSON.parse(content[0]!.text!), json);
  });
}
