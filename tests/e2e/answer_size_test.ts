import assert from "node:assert/strict";
import { connect, type ToolResult } from "../helpers/connect.ts";
import { withUv } from "../helpers/run_plan.ts";
import { TestHome } from "../helpers/test_home.ts";

const MOST = 45_000;
const run = { use_uv: false, directory: "/tmp", time_budget_seconds: 60 };

function textOf({ content, json }: ToolResult): string {
  const text = content[0]!.text!;
  assert.deepEqual(JSON.parse(text), json);
  return text;
}

Deno.test("no answer has more than 45,000 characters of JSON", async (t) => {
  await using home = await TestHome.prepared();
  await using client = await connect({ home: home.path, env: await withUv() });

  await t.step("when a script leaves 100 artifacts with long names", async () => {
    const answer = await client.call("py_run_script_in_dir", {
      ...run,
      script_content: `import os, pathlib
folder = pathlib.Path(os.environ["PYTHON_MCP_ARTIFACTS"], *(["d" * 200] * 10))
folder.mkdir(parents=True)
for n in range(100): folder.joinpath(f"{n:03}{'n' * 200}").write_text("x")`,
    });
    assert(textOf(answer).length <= MOST);
    assert.match(answer.json.note as string, /artifacts \(\d+ of 100 are shown/);
  });

  await t.step("when both streams are full of line breaks and quotation marks", async () => {
    const answer = await client.call("py_run_script_in_dir", {
      ...run,
      script_content: `import sys
print("\\n" * 19_000); print('"' * 19_000, file=sys.stderr)`,
    });
    assert(textOf(answer).length <= MOST);
    const { truncated, stdout } = answer.json as {
      truncated: Record<string, { omitted_characters: number; uri: string }>;
      stdout: string;
    };
    const omitted = truncated.stdout!.omitted_characters;
    const shown = stdout.replace(/… \[.*?\] …/, "").length;
    assert(Math.abs(shown + omitted - 19_001) <= 2, `${shown} shown, ${omitted} omitted`);
  });

  await t.step("when a job's output is read with cursors beside its result", async () => {
    const started = await client.call("py_run_script_in_dir_async", {
      use_uv: false,
      directory: "/tmp",
      script_content: `import sys
sys.stdout.write("\\n" * 30_000); sys.stderr.write("\\t" * 30_000)`,
    });
    const job_id = started.json.job_id as string;
    let cursors = { stdout_cursor: 0, stderr_cursor: 0 };
    let read = "";
    for (let more = true; more;) {
      const answer = await client.call("py_job_status", { job_id, wait_seconds: 50, ...cursors });
      assert(textOf(answer).length <= MOST);
      const job = answer.json.job as Record<string, unknown>;
      read += job.new_stdout;
      cursors = {
        stdout_cursor: job.stdout_cursor as number,
        stderr_cursor: job.stderr_cursor as number,
      };
      more = job.more === true;
    }
    assert.equal(read, "\n".repeat(30_000));
  });

  await t.step("when a script has 3,000 unknown imports", async () => {
    const names = Array.from({ length: 3000 }, (_, n) => `import no_such_module_with_a_name_${n}`);
    const answer = await client.call("py_run_script_with_dependencies", {
      script_content: `print(1)\nif len("x") > 1:\n  ${names.join("\n  ")}`,
      time_budget_seconds: 60,
    }, { timeout: 120_000 });
    assert(textOf(answer).length <= MOST);
  });

  await t.step("when a saved script has a docstring of 400 kB", async () => {
    const source = `"""${"d".repeat(400_000)}"""\n`;
    await client.call("py_save_script", { script_name: "long", source });
    const answer = await client.call("py_list_scripts");
    assert(textOf(answer).length <= MOST);
    assert.equal((answer.json.scripts as { name: string }[])[0]!.name, "long");
  });
});
