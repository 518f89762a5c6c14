import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ColdAndWarm } from "../helpers/compare_runs.ts";
import { SharedServers } from "../helpers/shared_servers.ts";

const shared = new SharedServers();
const servers = () =>
  shared.once("cold and warm", async (home) => {
    const both = await ColdAndWarm.start(home);
    await both.untilWarm({ script_content: "print(1)" });
    return both;
  });
const FIXTURES = fileURLToPath(new URL("../fixtures/warm", import.meta.url));

for (const { name } of Deno.readDirSync(FIXTURES)) {
  if (!name.endsWith(".py") || name === "random_values.py") continue;
  Deno.test(`a warm run is like a cold one when it runs ${name}`, async () => {
    const script = { script_path: join(FIXTURES, name), args: ["a b", "ü"] };
    const { cold, warm, reason } = await (await servers()).both(script);
    assert.deepEqual({ ...warm, reason }, { ...cold, reason: undefined });
  });
}

Deno.test("two warm runs differ when two bare runs do, in every random value", async () => {
  const both = await servers();
  const script = { script_path: join(FIXTURES, "random_values.py") };
  const [one, other] = [await both.untilWarm(script), await both.untilWarm(script)];
  const values = [one, other].map(({ stdout }) => (stdout as string).trim().split(" "));
  values[0]!.forEach((value, index) =>
    assert(value !== values[1]![index], `value ${index} is ${value} again`)
  );
});
