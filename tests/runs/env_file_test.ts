import assert from "node:assert/strict";
import { connect } from "../helpers/connect.ts";
import { TestHome } from "../helpers/test_home.ts";

Deno.test("a run goes on without the bad lines of its env_file and numbers them in note", async () => {
  await using home = await TestHome.create();
  await using server = await connect({ home: home.join("state") });
  const path = home.join("odd.env");
  Deno.writeTextFileSync(path, `A=1\nsecret words\n=secret\nB="secret"'two'\nC=3\n`);
  const { json, isError } = await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "import os\nprint([os.environ.get(name) for name in 'ABC'])\n",
    env_file: "odd.env",
    use_uv: false,
  });
  assert.equal(isError, false, JSON.stringify(json));
  assert.equal(json.stdout, "['1', None, '3']\n");
  assert.equal(
    json.note,
    `Lines 2, 3, 4 of ${path} were skipped: they are not \`NAME=value\``,
  );
  assert.doesNotMatch(JSON.stringify(json) + server.stderr(), /secret/);
});
