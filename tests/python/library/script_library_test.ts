import assert from "node:assert/strict";
import { join } from "node:path";
import { findScript, listScripts, saveScript } from "../../../lib/python/library/script_library.ts";

async function withHome(body: (home: string) => Promise<void> | void) {
  const home = Deno.makeTempDirSync();
  try {
    await body(home);
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
}

const script = (home: string, name: string, source = "print(1)\n") => ({
  home,
  name,
  source,
  overwrite: false,
});

Deno.test("saveScript keeps the source, for its user only", () =>
  withHome(async (home) => {
    const saved = await saveScript(script(home, "hello.py"));
    assert.deepEqual(saved, {
      written: true,
      path: join(home, "scripts/hello.py"),
      message: "Saved script hello",
    });
    assert.equal(Deno.readTextFileSync(saved.path), "print(1)\n");
    assert.equal(Deno.statSync(saved.path).mode! & 0o777, 0o600);
  }));

Deno.test("saveScript adds a header to a source with a byte order mark, which stays", () =>
  withHome(async (home) => {
    const source = "\ufeff# coding: cp1252\nprint('é')\n";
    const { path } = await saveScript({ ...script(home, "a", source), dependencies: ["six"] });
    assert.match(
      Deno.readTextFileSync(path),
      /^\ufeff# coding: utf-8\n# \/\/\/ script\n.*six[^]*print\('é'\)\n$/,
    );
    assert.deepEqual((await listScripts(home))[0]!.dependencies, ["six"]);
  }));

Deno.test("saveScript replaces a script only when it may", () =>
  withHome(async (home) => {
    const { path } = await saveScript(script(home, "a"));
    const refused = await saveScript(script(home, "a", "print(2)\n"));
    assert.equal(refused.written, false);
    assert.match(refused.message, /overwrite: true/);
    assert.equal(Deno.readTextFileSync(path), "print(1)\n");
    const replaced = await saveScript({ ...script(home, "a", "print(2)\n"), overwrite: true });
    assert.equal(replaced.message, "Replaced script a");
    assert.equal(Deno.readTextFileSync(path), "print(2)\n");
  }));

Deno.test("saveScript rejects a broken header", () =>
  withHome((home) =>
    assert.rejects(saveScript(script(home, "a", "# /// script\n# x =\n# ///\n")), {
      name: "UserError",
    })
  ));

Deno.test("saveScript keeps a script with a syntax error and says so", () =>
  withHome(async (home) => {
    const saved = await saveScript(script(home, "a", "x = = 1\n"));
    assert.equal(saved.written, true);
    assert.match(saved.note!, /SyntaxError: invalid syntax \(line 1\)/);
    assert.equal(Deno.readTextFileSync(saved.path), "x = = 1\n");
  }));

Deno.test("saveScript merges dependencies into the header that is there", () =>
  withHome(async (home) => {
    const source = '# /// script\n# dependencies = ["six>=1", "idna"]\n# ///\nprint(1)\n';
    const { path } = await saveScript({
      ...script(home, "a", source),
      dependencies: ["Six==1.16.0", "rich"],
      requiresPython: ">=3.9",
    });
    const [saved] = await listScripts(home);
    assert.deepEqual(saved!.dependencies, ["idna", "Six==1.16.0", "rich"]);
    assert.equal(saved!.requires_python, ">=3.9");
    assert.equal(Deno.readTextFileSync(path).match(/\/\/\/ script/g)!.length, 1);
  }));

Deno.test("listScripts describes scripts by name", () =>
  withHome(async (home) => {
    await saveScript({
      ...script(home, "b", '"""\nPlots things.\n\nMore.\n"""\n'),
      dependencies: ["pandas"],
      requiresPython: ">=3.10",
    });
    await saveScript(script(home, "a"));
    assert.deepEqual(await listScripts(home), [
      {
        name: "a",
        path: join(home, "scripts/a.py"),
        description: "",
        dependencies: [],
        requires_python: null,
      },
      {
        name: "b",
        path: join(home, "scripts/b.py"),
        description: "Plots things.",
        dependencies: ["pandas"],
        requires_python: ">=3.10",
      },
    ]);
  }));

Deno.test("listScripts is empty before anything was saved", () =>
  withHome(async (home) => assert.deepEqual(await listScripts(home), [])));

Deno.test("findScript names the nearest scripts when there is none of that name", () =>
  withHome(async (home) => {
    for (const name of ["clean_data", "plot"]) await saveScript(script(home, name));
    assert.equal(findScript(home, "plot.py"), join(home, "scripts/plot.py"));
    assert.throws(() => findScript(home, "plott"), {
      name: "UserError",
      message: /named plott: there is plot, clean_data\./,
    });
  }));

Deno.test("findScript refuses a link that leaves the folder", () =>
  withHome((home) => {
    Deno.mkdirSync(join(home, "scripts"));
    Deno.writeTextFileSync(join(home, "outside.py"), "");
    Deno.symlinkSync(join(home, "outside.py"), join(home, "scripts/inside.py"));
    assert.throws(() => findScript(home, "inside"), { name: "UserError", message: /link/ });
  }));

Deno.test("saveScript writes through no link", () =>
  withHome(async (home) => {
    Deno.mkdirSync(join(home, "scripts"));
    const outside = join(home, "outside.py");
    Deno.writeTextFileSync(outside, "");
    Deno.symlinkSync(outside, join(home, "scripts/inside.py"));
    await assert.rejects(saveScript({ ...script(home, "inside"), overwrite: true }), {
      name: "UserError",
      message: /link/,
    });
    assert.equal(Deno.readTextFileSync(outside), "");
  }));

const NO_NAMES = [
  "",
  ".hidden",
  "..",
  "../up",
  "/etc/passwd",
  "a/b",
  "a b",
  "a\0b",
  "x".repeat(101),
  "x".repeat(300),
  "ä",
  ".py",
];
for (const name of NO_NAMES) {
  const shown = `${JSON.stringify(name.slice(0, 20))} (${name.length})`;
  Deno.test(`findScript and saveScript refuse the name ${shown}`, () =>
    withHome(async (home) => {
      assert.throws(() => findScript(home, name), { name: "UserError" });
      await assert.rejects(saveScript(script(home, name)), { name: "UserError" });
      assert.deepEqual([...Deno.readDirSync(home)], []);
    }));
}
