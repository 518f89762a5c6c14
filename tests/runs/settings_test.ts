import assert from "node:assert/strict";
import { join } from "node:path";
import { readSettings } from "../../lib/runs/settings.ts";

function homeOf(PYTHON_MCP_HOME?: string): string {
  const env = { HOME: "/home/ada", ...(PYTHON_MCP_HOME === undefined ? {} : { PYTHON_MCP_HOME }) };
  return readSettings(env, (message) => assert.fail(message)).home;
}

Deno.test("settings put the home below the user's when nothing else is set", () => {
  assert.equal(homeOf(), "/home/ada/.python_mcp");
  assert.equal(homeOf(""), "/home/ada/.python_mcp");
});

Deno.test("settings resolve the home when it starts with ~ or is relative", () => {
  assert.equal(homeOf("~/jobs"), "/home/ada/jobs");
  assert.equal(homeOf("jobs"), join(Deno.cwd(), "jobs"));
  assert.equal(homeOf("/srv/jobs/"), "/srv/jobs");
});

const WRONG: [string, string, keyof ReturnType<typeof readSettings>, number][] = [
  ["PYTHON_MCP_MAX_RUNNING", "0", "maxRunning", 4 * navigator.hardwareConcurrency],
  ["PYTHON_MCP_MAX_RUNNING", "many", "maxRunning", 4 * navigator.hardwareConcurrency],
  ["PYTHON_MCP_MAX_OUTPUT_MB", "-1", "maxOutputBytes", 2 ** 30],
  ["PYTHON_MCP_KEEP_DAYS", "NaN", "keepDays", 30],
];

for (const [name, value, setting, fallback] of WRONG) {
  Deno.test(`settings warn and keep the default when ${name} is ${value}`, () => {
    const warnings: string[] = [];
    const settings = readSettings({ HOME: "/", [name]: value }, (text) => warnings.push(text));
    assert.equal(settings[setting], fallback);
    assert.match(warnings.join(), new RegExp(`^${name}=${value} is not a number`));
  });
}
