import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { cli } from "../helpers/cli.ts";
import { connect, type Connection, type ToolResult } from "../helpers/connect.ts";
import { readDocument } from "../helpers/doc_parts.ts";
import { withUv } from "../helpers/run_plan.ts";
import { TestHome } from "../helpers/test_home.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RECIPES = "examples/recipes";

interface Recipe {
  name: string;
  arguments: Record<string, unknown>;
}

/** The calls of the guide, in its order. */
async function recipes(): Promise<Recipe[]> {
  const guide = await readDocument("docs/guides/recipes.md");
  return [...guide.matchAll(/^```json\n([^]*?)^```$/gm)].map(([, json]) => JSON.parse(json!));
}

/** What each of them brings, in the same order. */
const ANSWERS: [what: string, check: (answer: ToolResult) => void][] = [
  ["installs what the header names", ({ json }) => {
    assert.match(json.stdout as string, /Paris\s+2100000/);
    assert.deepEqual(json.resolved_dependencies, ["tabulate>=0.9"]);
  }],
  ["runs in a project with its lock", ({ json }) => {
    assert.equal(json.stdout, "1,234,567 = 1.2 million\n");
    assert.match(json.note as string, /Dependencies from the project .*\(uv\.lock\)/);
  }],
  ["reads requirements.txt", ({ json }) => {
    assert.equal(json.stdout, "Saturday\n");
    assert.match(json.note as string, /requirements\.txt/);
  }],
  ["installs what the imports need", ({ json }) => {
    assert.equal(json.stdout, '{"a": [1, 2]}\n');
    assert.equal(json.note, "Detected from the imports: pyyaml");
  }],
  ["names the version that ran", ({ json }) => {
    const version = json.python_version_used as string;
    assert.ok((json.stdout as string).startsWith(version), JSON.stringify(json));
  }],
  ["reads an .env file", ({ json }) => {
    assert.equal(json.stdout, "https://service.example/v1?limit=10 2 lines of key\n");
  }],
  ["shows a plot and names files", ({ json, content }) => {
    assert.equal(content.filter(({ type }) => type === "image").length, 1);
    const names = (json.artifacts as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(names, ["figure_1.png", "walk.csv"]);
  }],
  ["runs a notebook", ({ json, content }) => {
    assert.match(json.stdout as string, /^285\n/);
    assert.equal(content.filter(({ type }) => type === "image").length, 1);
  }],
  ["measures a script", ({ json, content }) => {
    assert.equal(json.stdout, "3245\n".repeat(4));
    assert.equal(json.runs, 3);
    assert.ok((json.peak_rss_mb as number) > 0);
    assert.equal(content.filter(({ type }) => type === "image").length, 1);
  }],
  ["saves a script", ({ json }) => {
    assert.equal(json.written, true);
    const text = Deno.readTextFileSync(json.path as string);
    assert.match(text, /^# \/\/\/ script\n# requires-python = ">=3\.9"\n/);
  }],
  ["runs a saved script", ({ json }) => assert.equal(json.stdout, "creme-brulee-twice\n")],
  ["says what a failed script lacks", ({ json }) => {
    assert.equal(json.exit_code, 1);
    assert.match(json.note as string, /add "pyyaml" to `dependencies`/);
  }],
];

Deno.test("the recipes bring what the guide says, and leave nothing beside the scripts", async (t) => {
  await using home = await TestHome.create();
  const env = await withUv();
  await using client: Connection = await connect({ home: home.path, env, cwd: ROOT });
  const before = filesBelow(`${ROOT}${RECIPES}`);
  const calls = await recipes();
  assert.equal(calls.length, ANSWERS.length, "one answer for each call");
  for (const [index, [what, check]] of ANSWERS.entries()) {
    await t.step(what, async () => {
      const { name, arguments: given } = calls[index]!;
      const budget = name === "py_save_script" ? {} : { time_budget_seconds: 100 };
      const answer = await client.call(name, { ...given, ...budget }, { timeout: 120_000 });
      assert.equal(answer.isError, false, JSON.stringify(answer.json));
      check(answer);
    });
  }
  assert.deepEqual(filesBelow(`${ROOT}${RECIPES}`), before);
});

Deno.test("deps shows what a recipe needs", async () => {
  await using home = await TestHome.create();
  const { stdout } = await cli(home, ["deps", "--json", `${ROOT}${RECIPES}/yaml_to_json.py`]);
  assert.deepEqual(JSON.parse(stdout), {
    source: "imports",
    imports: ["yaml"],
    dependencies: ["pyyaml"],
    unknown: [],
    requires_python: null,
  });
});

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`]
  ).sort();
}
