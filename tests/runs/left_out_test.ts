import assert from "node:assert/strict";
import { SharedServers } from "../helpers/shared_servers.ts";

const servers = new SharedServers();

interface Result {
  stdout: string;
  note: string;
  resolved_dependencies: string[];
  exit_code: number;
}

async function run(script_content: string, more: Record<string, unknown> = {}) {
  const client = await servers.connect("2.x, 2025 era", "stdio");
  const { json, isError } = await client.call("py_run_script_in_dir", {
    directory: (await servers.home()).path,
    script_content,
    time_budget_seconds: 120,
    ...more,
  });
  return { result: json as unknown as Result, error: isError ? json.error as string : undefined };
}

const CASES: Record<string, [source: string, stdout: string, dependencies: string[], out: RegExp]> =
  {
    "that is only tried": [
      "try:\n    import win32api\nexcept ImportError:\n    win32api = None\nimport six\nprint(win32api)\n",
      "None\n",
      ["six"],
      /cannot be installed here: pywin32 \(.*\)$/,
    ],
    "that the script has something else for": [
      "try:\n    import win32api as one\nexcept ImportError:\n    import idna as one\nprint(one.__name__)\n",
      "idna\n",
      ["idna"],
      /: pywin32 \(.*\); installed instead: idna$/,
    ],
    "that is imported where it never comes to": [
      "import sys, six\nif len(sys.argv) > 5:\n    import win32com.client, objc\nprint(six.__name__)\n",
      "six\n",
      ["six"],
      /cannot be installed here: (?=.*\bpywin32 \(.*\))(?=.*\bpyobjc-core \(.*\))/,
    ],
  };
for (const [what, [source, stdout, dependencies, out]] of Object.entries(CASES)) {
  Deno.test(`a script starts without a distribution ${what} when it cannot be installed`, async () => {
    for (const time of ["first", "second"]) {
      const { result, error } = await run(source);
      assert.equal(error, undefined);
      assert.equal(result.stdout, stdout, `${time}: ${JSON.stringify(result)}`);
      assert.deepEqual(result.resolved_dependencies, dependencies);
      assert.match(result.note, out);
    }
  });
}

Deno.test("a distribution that the caller names is never left out", async () => {
  const { error } = await run(
    "# /// script\n# dependencies = ['pywin32', 'six']\n# ///\nimport six\n",
  );
  assert.match(error!, /pywin32/);
});

Deno.test("a run whose imports fit and whose header does not fails for the header alone", async () => {
  const client = await servers.connect("2.x, 2025 era", "stdio");
  const { json, isError } = await client.call("py_run_script_with_dependencies", {
    script_content: "import win32api, six\n",
    dependencies: ["six==99.9"],
    time_budget_seconds: 120,
  });
  assert.equal(isError, true);
  assert.match(json.error as string, /six==99\.9/);
});
