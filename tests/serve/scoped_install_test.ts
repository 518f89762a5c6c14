import assert from "node:assert/strict";
import { connect, serverFlags } from "../helpers/connect.ts";
import { TestHome } from "../helpers/test_home.ts";

Deno.test("a scoped server installs what imports need, and uv where there is none", async () => {
  await using home = await TestHome.create();
  await using server = await connect({ home: home.path, flags: serverFlags(home.path) });
  const { json } = await server.call("py_run_script_with_dependencies", {
    script_content: "import iniconfig; print(iniconfig.__name__)",
    time_budget_seconds: 120,
  });
  assert.equal(json.stdout, "iniconfig\n", JSON.stringify(json));
});
