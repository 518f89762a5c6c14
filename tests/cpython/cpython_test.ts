import assert from "node:assert/strict";
import { ColdAndWarm } from "../helpers/compare_runs.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { compareModule, differences } from "./compare.ts";
import { QUICK } from "./modules.ts";

const PYTHON = "/usr/bin/python3";
const hasTests = new Deno.Command(PYTHON, {
  args: ["-c", "import test.test_atexit"],
  stderr: "null",
}).outputSync().success;
const shared = new SharedServers();

for (const module of QUICK) {
  Deno.test({
    name: `CPython's own ${module} has the same results bare, cold and warm`,
    ignore: !hasTests,
    async fn() {
      const runs = await shared.once("runs", (home) => ColdAndWarm.start(home));
      const found = differences(await compareModule(runs, module));
      assert.deepEqual(found, []);
    },
  });
}
