import assert from "node:assert/strict";
import { SharedServers } from "../helpers/shared_servers.ts";

const servers = new SharedServers();

const SETUP = `
import sys
for number in range(400):
    print("compiling part", number, file=sys.stderr)
raise RuntimeError("the header odd.h was not found")
`;

Deno.test("a failed build says in few lines what went wrong, and where all of it can be read", async () => {
  const home = await servers.home();
  Deno.mkdirSync(home.join("broken"));
  Deno.writeTextFileSync(home.join("broken/setup.py"), SETUP);
  const client = await servers.connect("2.x, 2025 era", "stdio");
  const { json, isError } = await client.call("py_run_script_with_dependencies", {
    script_content: "print(1)",
    dependencies: [`broken @ file://${home.join("broken")}`],
    time_budget_seconds: 60,
  });
  assert.equal(isError, true);
  const error = json.error as string;
  assert.match(error, /failed: Failed to build `broken @ file:.*\n[^]*odd\.h was not found/);
  assert.ok(error.split("\n").length <= 12, error);
  const uri = /all of it at (job-output:\/\/\S+\/prepare)\]/.exec(error)?.[1];
  const { text } = await client.readResource(uri!);
  assert.match(text!, /compiling part 399/);
});
