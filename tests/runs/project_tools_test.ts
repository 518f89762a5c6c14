import assert from "node:assert/strict";
import { connect, type Connection } from "../helpers/connect.ts";
import { withUv } from "../helpers/run_plan.ts";
import { TestHome } from "../helpers/test_home.ts";

const showSix = "import six\nprint(six.__version__)\n";

/** A server, and a folder with a project that needs an old `six`. */
async function withProject(body: (client: Connection, directory: string) => Promise<void>) {
  await using home = await TestHome.create();
  const directory = home.join("project");
  Deno.mkdirSync(directory);
  Deno.writeTextFileSync(
    `${directory}/pyproject.toml`,
    '[project]\nname = "p"\nversion = "1"\ndependencies = ["six==1.15.0"]\n',
  );
  const env = await withUv();
  await using client = await connect({ home: home.path, env });
  await body(client, directory);
}

Deno.test("py_run_script_in_dir runs in the project of its directory, the second time at once", () =>
  withProject(async (client, directory) => {
    const run = async () =>
      (await client.call("py_run_script_in_dir", {
        directory,
        script_content: showSix,
        time_budget_seconds: 60,
      })).json;
    const first = await run();
    assert.equal(first.stdout, "1.15.0\n", JSON.stringify(first));
    assert.deepEqual(first.resolved_dependencies, ["six==1.15.0"]);
    assert.match(first.note as string, /Dependencies from the project/);
    assert.ok((first.prepare_seconds as number) > 0);
    // A tenth of a second and more is told, which starting a script may take on a busy machine.
    const again = ((await run()).prepare_seconds ?? 0) as number;
    assert.ok(again < (first.prepare_seconds as number) / 2, `${again} s`);
    assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["pyproject.toml"]);
  }));

Deno.test("py_run_script_with_dependencies leaves the project alone unless it is asked for", () =>
  withProject(async (client, directory) => {
    const run = async (ignore: boolean) =>
      (await client.call("py_run_script_with_dependencies", {
        directory,
        script_content: showSix,
        ignore_project_requirements: ignore,
        time_budget_seconds: 60,
      })).json;
    assert.deepEqual((await run(true)).resolved_dependencies, ["six"]);
    const added = await run(false);
    assert.deepEqual(added.resolved_dependencies, ["six==1.15.0"]);
    assert.equal(added.stdout, "1.15.0\n");
  }));
