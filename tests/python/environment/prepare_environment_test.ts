import assert from "node:assert/strict";
import { join } from "node:path";
import { explainFailure } from "../../../lib/python/advice/explain_failure.ts";
import { servePrivateIndex } from "../../helpers/private_index.ts";
import { inScene } from "../../helpers/python_scene.ts";
import { runCommand } from "../../helpers/run_plan.ts";

Deno.test("preparing counts the packages that are installed", () =>
  inScene(async ({ folder, plan, context }) => {
    const progress = join(folder, "progress.json");
    Deno.writeTextFileSync(progress, '{"current": 1, "total": 2, "message": "Resolving"}');
    const { prepare } = await plan("", { dependencies: ["python-dateutil", "six"] });
    const env = { ...context.baseEnv, PYTHON_MCP_PROGRESS_FILE: progress };
    const { code, stderr } = await runCommand(prepare[0]!, env);
    assert.equal(code, 0, stderr);
    const { current, total, message } = JSON.parse(Deno.readTextFileSync(progress));
    assert.match(message, /^Installing \S+ [\d.]+ \((\d) of \1\)$/);
    assert.deepEqual([current, total], [2, 2]);
  }));

Deno.test("the log of a preparation names what was installed", () =>
  inScene(async ({ plan, context }) => {
    const { prepare } = await plan("", { dependencies: ["six==1.17.0"] });
    assert.match((await runCommand(prepare[0]!, context.baseEnv)).stderr, /^ \+ six==1\.17\.0$/m);
  }));

Deno.test("the log of a preparation shows no password of a URL", () =>
  inScene(async ({ folder, plan, context }) => {
    await using index = servePrivateIndex();
    const { prepare } = await plan("", {
      dependencies: [
        `ourlib @ http://user:s3cret@${index.host}/files/missing-1.0-py3-none-any.whl`,
      ],
    });
    const env = { ...context.baseEnv, UV_CACHE_DIR: join(folder, "cache"), RUST_LOG: "debug" };
    const { code, stderr } = await runCommand(prepare[0]!, env);
    assert.notEqual(code, 0);
    assert.match(stderr, /http:\/\/\*\*\*\*@127\.0\.0\.1/);
    assert.doesNotMatch(stderr, /s3cret/);
  }));

Deno.test("a failed resolution is explained in few lines, in the resolver's own words", () =>
  inScene(async ({ plan, context }) => {
    const { prepare } = await plan("", { dependencies: ["pandas<2", "numpy<1"] });
    const { code, stderr } = await runCommand(prepare[0]!, context.baseEnv);
    assert.notEqual(code, 0);
    const text = explainFailure(stderr, { label: prepare[0]!.label, interpreters: "" });
    assert.match(text, /No solution found/);
    assert.match(text, /your requirements are unsatisfiable/);
    assert.doesNotMatch(text, /Creating script environment|Resolved/);
    assert.ok(text.split("\n").length < 12, text);
  }));
