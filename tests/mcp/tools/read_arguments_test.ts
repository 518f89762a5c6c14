import assert from "node:assert/strict";
import { inputSchema, listTool } from "../../../lib/mcp/tools/list_tool.ts";
import { readArguments } from "../../../lib/mcp/tools/read_arguments.ts";
import { TOOLS } from "../../../lib/mcp/tools/tools.ts";

function read(tool: string, given: Record<string, unknown>): Record<string, unknown> {
  return readArguments(inputSchema(TOOLS.find(({ name }) => name === tool)!), given);
}

const DEPENDENCIES = "py_run_script_with_dependencies";
const READ: Record<string, [given: Record<string, unknown>, read: Record<string, unknown>]> = {
  "null means absent": [{ args: null, stdin: null, timeout_seconds: null, env_vars: null }, {}],
  "an empty path or version means absent": [
    { directory: "", script_path: "", env_file: "", python_version: "" },
    {},
  ],
  "an empty text that is a value stays": [{ stdin: "", script_content: "" }, {
    stdin: "",
    script_content: "",
  }],
  "an empty text is no number, switch, list or map": [
    { timeout_seconds: "", async_mode: "", args: "", env_vars: "" },
    {},
  ],
  "numbers may be JSON in a string": [
    { timeout_seconds: "60", time_budget_seconds: " 0.5 " },
    { timeout_seconds: 60, time_budget_seconds: 0.5 },
  ],
  "switches may be JSON in a string": [
    { async_mode: "true", auto_parse_imports: "false" },
    { async_mode: true, auto_parse_imports: false },
  ],
  "lists and maps may be JSON in a string": [
    { args: '["a", 1]', dependencies: '["six"]', env_vars: '{"A": "b", "N": 2}' },
    { args: ["a", "1"], dependencies: ["six"], env_vars: { A: "b", N: "2" } },
  ],
  "scalars in args become strings": [{ args: [1, 2.5, true, "x"] }, {
    args: ["1", "2.5", "true", "x"],
  }],
  "a text that is asked for is never taken as JSON": [
    { script_content: "[1]", stdin: "60", job_label: "true", args: ["[1]", "7"] },
    { script_content: "[1]", stdin: "60", job_label: "true", args: ["[1]", "7"] },
  ],
  "what is JSON of another type stays, for the check": [
    { timeout_seconds: '"60"', args: "5", env_vars: "[]", async_mode: "null" },
    { timeout_seconds: '"60"', args: "5", env_vars: "[]", async_mode: "null" },
  ],
  "what is no JSON stays, for the check": [{ args: "--verbose", timeout_seconds: "1h" }, {
    args: "--verbose",
    timeout_seconds: "1h",
  }],
  "null in a list or a map stays, for the check": [{ args: [null], env_vars: { A: null } }, {
    args: [null],
    env_vars: { A: null },
  }],
  "unknown parameters stay, for the check": [{ toolCallId: null, constructor: "" }, {
    toolCallId: null,
    constructor: "",
  }],
};
for (const [rule, [given, wanted]] of Object.entries(READ)) {
  Deno.test(`${rule} when a call's arguments are read`, () => {
    assert.deepEqual(read(DEPENDENCIES, given), wanted);
  });
}

Deno.test("a required parameter is never absent when it was given", () => {
  assert.deepEqual(read("py_job_status", { job_id: null }), { job_id: null });
  assert.deepEqual(read("py_run_script_in_dir", { directory: "" }), { directory: "" });
});

Deno.test("an empty text is no word of a list when one is chosen from it", () => {
  assert.deepEqual(read("py_list_jobs", { status_filter: "", limit: "5" }), { limit: 5 });
});

Deno.test("whole numbers are integers in published schemas, without bounds that say nothing", () => {
  const properties = Object.assign(
    {},
    ...TOOLS.map((tool) => listTool(tool).outputSchema as { properties?: object })
      .map(({ properties }) => properties),
  );
  assert.deepEqual(properties.exit_code.anyOf, [{ type: "integer" }, { type: "null" }]);
  for (const name of ["total", "removed", "remaining", "runs"]) {
    assert.deepEqual(properties[name], { type: "integer" }, name);
  }
  assert.equal(properties.job.properties.stdout_cursor.type, "integer");
  assert.equal(properties.artifacts.items.properties.size_bytes.type, "integer");
  assert.equal(properties.elapsed_seconds.type, "number");
  assert.ok(
    !JSON.stringify(TOOLS.map((tool) => listTool(tool))).includes(String(Number.MAX_SAFE_INTEGER)),
  );
});

Deno.test("published input schemas are open objects without unions, null and propertyNames", () => {
  for (const tool of TOOLS) {
    const schema = inputSchema(tool);
    assert.equal(schema.type, "object", tool.name);
    assert.ok(!("additionalProperties" in schema), tool.name);
    const text = JSON.stringify(schema);
    for (const word of ["anyOf", "oneOf", "allOf", "propertyNames", '"null"', "$ref"]) {
      assert.ok(!text.includes(word), `${tool.name}: ${word}`);
    }
  }
});
