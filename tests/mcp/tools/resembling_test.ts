import assert from "node:assert/strict";
import { resembling } from "../../../lib/mcp/tools/resembling.ts";
import { TOOLS } from "../../../lib/mcp/tools/tools.ts";

const KNOWN = Object.keys(TOOLS.find(({ name }) => name === "py_run_script_in_dir")!.input.shape);

const MEANT: Record<string, string> = {
  scriptpath: "script_path",
  scriptPath: "script_path",
  "script-content": "script_content",
  Directory: "directory",
  directroy: "directory",
  dir: "directory",
  cwd: "directory",
  working_directory: "directory",
  timeout: "timeout_seconds",
  timeoutSeconds: "timeout_seconds",
  arg: "args",
  env: "env_vars",
  label: "job_label",
  python: "python_version",
  code: "script_content",
  stdn: "stdin",
};
for (const [unknown, name] of Object.entries(MEANT)) {
  Deno.test(`a parameter that is called ${unknown} resembles ${name}`, () => {
    assert.equal(resembling(unknown, KNOWN), name);
  });
}

for (
  const unknown of [
    "toolCallId",
    "sessionId",
    "chatInput",
    "thread",
    "user_id",
    "x",
    "",
    "_",
    "日本",
  ]
) {
  Deno.test(`a parameter that is called ${JSON.stringify(unknown)} resembles none`, () => {
    for (const { input } of TOOLS) {
      assert.equal(resembling(unknown, Object.keys(input.shape)), undefined);
    }
    assert.equal(resembling(unknown, [...KNOWN, "session"]), undefined);
  });
}
