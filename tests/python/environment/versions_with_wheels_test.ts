import assert from "node:assert/strict";
import { explainFailure } from "../../../lib/python/advice/explain_failure.ts";
import { versionsWithWheels } from "../../../lib/python/environment/versions_with_wheels.ts";
import { withUv } from "../../helpers/run_plan.ts";

const versions = ["3.13.0", "3.12.1", "3.9.18", "3.9.2", "3.8.18"];

async function find(log: string) {
  const env = await withUv();
  return await versionsWithWheels(log, versions, "/nowhere", env);
}

for (
  const [requirement, expected] of Object.entries({
    "numpy==1.19.5": ["3.9.18", "3.8.18"],
    "pandas==1.3.5": ["3.9.18", "3.8.18"],
    "pyaudio==0.2.13": [],
  })
) {
  Deno.test(`a failed build of ${requirement} names the installed versions that need none`, async () => {
    const log =
      `error: Failed to build \`${requirement}\`\n  cause: The build backend returned an error\n`;
    const unbuilt = await find(log);
    assert.deepEqual(unbuilt, { requirement, versions: expected });
    const text = explainFailure(log, { label: "Installing", interpreters: "", unbuilt });
    assert.match(
      text,
      expected.length > 0
        ? /wheels for Python 3\.9\.18 and 3\.8\.18, which are installed here: ask for one of them/
        : /choose another python_version/,
    );
  });
}

Deno.test("a failure that is no build asks for no wheels", async () => {
  assert.equal(await find("error: No solution found\n"), undefined);
});
