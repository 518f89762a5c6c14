import assert from "node:assert/strict";
import { connect } from "../helpers/connect.ts";
import { endSessions, runCell } from "../helpers/sessions.ts";
import { TestHome } from "../helpers/test_home.ts";

type Json = Record<string, unknown>;

Deno.test("a session becomes a notebook and a resource, while it lives and when it has ended", async (t) => {
  await using home = await TestHome.create();
  await using server = await connect({ home: home.join("home"), cwd: home.path });
  Deno.mkdirSync(home.join("data"));
  const save = async (path: string, more: Json = {}) =>
    (await server.call("py_session_save", { session: "work", path, ...more })).json;
  try {
    const cells = ["x = 6\nprint('set')", "x * 7", "1 / 0", "str(x)"];
    for (const code of cells) {
      await runCell(server, code, { session: "work", directory: home.join("data") });
    }

    await t.step("with its cells, in the directory that it was given", async () => {
      const path = home.join("data", "work.ipynb");
      assert.deepEqual(await save("work.ipynb"), { written: true, path, cells: 4 });
      const notebook = JSON.parse(Deno.readTextFileSync(path));
      const sources = notebook.cells.map(({ source }: { source: string[] }) => source.join(""));
      assert.deepEqual(sources, cells);
      const [, two, three] = notebook.cells;
      assert.equal(two.outputs[0].data["text/plain"], "42");
      assert.equal(three.outputs.at(-1).evalue, "division by zero");
      assert.equal(notebook.metadata.python_mcp.directory, home.join("data"));
      assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    });

    await t.step("and not over a file, unless it is told to", async () => {
      const { written, note } = await save("work.ipynb");
      assert.equal(written, false);
      assert.match(note as string, /pass overwrite: true/);
      assert.equal((await save("work.ipynb", { overwrite: true })).written, true);
    });

    const REFUSED: Record<string, [arguments: Json, error: RegExp]> = {
      "a name that is none of a notebook": [{ path: "work.py" }, /ends with \.ipynb/],
      "a folder that is not there": [{ path: "/none/a.ipynb" }, /no folder \/none\. Create it/],
      "a session that is unknown": [{ session: "other" }, /There is no session other/],
      "a session that is a path": [{ session: "../work" }, /Cannot use `session`/],
    };
    for (const [what, [input, error]] of Object.entries(REFUSED)) {
      await t.step(`and not with ${what}`, async () => {
        assert.match((await save("a.ipynb", input)).error as string, error);
      });
    }

    await t.step("without the cell that still runs, which a note names", async () => {
      const { json } = await runCell(server, "import time; time.sleep(600)", {
        session: "work",
        time_budget_seconds: 0.5,
      });
      const saved = await save("running.ipynb");
      assert.deepEqual([saved.cells, saved.note], [4, "Cell 5 still runs and is not in it"]);
      await server.call("py_cancel_job", { job_id: json.job_id });
    });

    await server.call("py_session_end", { session: "work" });
    await t.step("also when it has ended", async () => {
      assert.equal((await save("ended.ipynb")).cells, 5);
      const resource = await server.readResource("session://work");
      const { cells, lives, directory } = JSON.parse(resource.text!);
      assert.deepEqual([lives, directory], [false, home.join("data")]);
      assert.deepEqual(cells.map(({ status }: Json) => status), [
        "completed",
        "completed",
        "failed",
        "completed",
        "cancelled",
      ]);
      assert.equal(cells[1].output, "42\n");
      assert.match(cells[2].output, /^Traceback[^]*ZeroDivisionError: division by zero\n$/);
      const { resources } = await server.client.listResources();
      assert(resources.some(({ uri }) => uri === "session://work"));
      await assert.rejects(server.readResource("session://other"), /not found/i);
      const completion = await server.client.complete({
        ref: { type: "ref/resource", uri: "session://{session}" },
        argument: { name: "session", value: "w" },
      });
      assert.deepEqual(completion.completion.values, ["work"]);
    });
  } finally {
    await endSessions(server);
  }
});
