import assert from "node:assert/strict";
import { connect, type Connection } from "../helpers/connect.ts";
import { withUv } from "../helpers/run_plan.ts";
import { TestHome } from "../helpers/test_home.ts";

async function withServer(body: (server: Connection, home: TestHome) => Promise<void>) {
  await using home = await TestHome.prepared("state");
  const env = { ...await withUv(), PYTHONIOENCODING: "utf-8" };
  await using server = await connect({ home: home.join("state"), env });
  await body(server, home);
}

const COOKIES = {
  "latin-1": "# -*- coding: latin-1 -*-\n",
  "shift_jis": "# coding: shift_jis\n",
  "a byte order mark and cp1252": "\ufeff# vim: set fileencoding=cp1252 :\n",
  "an encoding of the second line": "#!/usr/bin/env python3\n# coding=koi8-r\n",
};

Deno.test("source that arrives as text prints what was written, whatever encoding it declares", () =>
  withServer(async (server, home) => {
    for (const [what, start] of Object.entries(COOKIES)) {
      const source = `${start}print('é あ ф €')\n`;
      const inline = await server.call("py_run_script_in_dir", {
        directory: home.path,
        script_content: source,
        use_uv: false,
      });
      assert.equal(inline.json.stdout, "é あ ф €\n", `${what}: ${JSON.stringify(inline.json)}`);
      await server.call("py_save_script", { script_name: "kept", source, overwrite: true });
      const saved = await server.call("py_run_saved_script", { script_name: "kept" });
      assert.equal(saved.json.stdout, "é あ ф €\n", `${what}: ${JSON.stringify(saved.json)}`);
    }
  }));

Deno.test("a PEP 723 header after a byte order mark counts: inline, in a file and saved", () =>
  withServer(async (server, home) => {
    const source = '\ufeff# /// script\n# dependencies = ["idna==3.4"]\n# ///\n' +
      "import idna\nprint(idna.__version__)\n";
    const path = home.join("marked.py");
    Deno.writeTextFileSync(path, source);
    const kept = await server.call("py_save_script", { script_name: "kept", source });
    assert.equal(Deno.readTextFileSync(kept.json.path as string), source);
    const [inline, file, saved] = [
      await server.call("py_run_script_with_dependencies", { script_content: source }),
      await server.call("py_run_script_in_dir", { directory: home.path, script_path: "marked.py" }),
      await server.call("py_run_saved_script", { script_name: "kept" }),
    ];
    for (const { json } of [inline, file, saved]) {
      assert.equal(json.stdout, "3.4\n", JSON.stringify(json));
      assert.deepEqual(json.resolved_dependencies, ["idna==3.4"]);
    }
    assert.equal(Deno.readTextFileSync(path), source);
  }));
