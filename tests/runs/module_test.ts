import assert from "node:assert/strict";
import { join } from "node:path";
import { type Files, writeFiles } from "../helpers/folder_tree.ts";
import { runCommand } from "../helpers/run_plan.ts";
import { SharedServers } from "../helpers/shared_servers.ts";

const PYTHON = "/usr/bin/python3";
const servers = new SharedServers();

async function folderWith(files: Files): Promise<string> {
  const folder = (await servers.home()).join(crypto.randomUUID(), "proj");
  Deno.mkdirSync(folder, { recursive: true });
  return Deno.realPathSync(writeFiles(folder, files));
}

async function call(input: Record<string, unknown>, tool = "py_run_script_in_dir") {
  const client = await servers.connect("2.x, 2026-07-28", "stdio");
  const { json, isError } = await client.call(tool, { time_budget_seconds: 60, ...input });
  return { ...json, isError } as {
    stdout: string;
    stderr: string;
    exit_code: number;
    note?: string;
    error?: string;
    isError: boolean;
  };
}

/** What the same Python prints from a shell. */
async function bare(argv: string[], cwd: string): Promise<string> {
  return (await runCommand({ argv: [PYTHON, ...argv], cwd }, Deno.env.toObject())).stdout;
}

const show = "import sys\nprint(__name__, __package__, sys.argv[1:], sys.path[0])\n";

const modules: Record<string, Files> = {
  "pkg.tool": {
    "pkg/__init__.py": "",
    "pkg/tool.py": `from . import other\n${show}`,
    "pkg/other.py": "",
  },
  "pkg": { "pkg/__init__.py": "print('init')\n", "pkg/__main__.py": show },
  "loose.deep.tool": { "loose/deep/tool.py": show },
  "single": { "single.py": show },
};

for (const [module, files] of Object.entries(modules)) {
  Deno.test(`the module ${module} runs as with python -m`, async () => {
    const directory = await folderWith(files);
    const input = { directory, module, args: ["a b"], use_uv: false, python_version: PYTHON };
    const { stdout, stderr } = await call(input);
    assert.equal(stdout, await bare(["-m", module, "a b"], directory), stderr);
    assert.equal((await call({ ...input, use_uv: true })).stdout, stdout);
  });
}

Deno.test("a module of the standard library runs", async () => {
  const directory = await folderWith({});
  const { stdout } = await call({ directory, module: "json.tool", stdin: '{"a":1}' });
  assert.equal(stdout, '{\n    "a": 1\n}\n');
});

Deno.test("a module gets what it, its package and what it imports need", async () => {
  const directory = await folderWith({
    "pkg/__init__.py": "import six\n",
    "pkg/tool.py": "from .other import idna\nprint(idna.__name__)\n",
    "pkg/other.py": "import idna\n",
  });
  const { stdout, note } = await call({ directory, module: "pkg.tool" });
  assert.equal(stdout, "idna\n");
  assert.match(note!, /Detected from the imports: idna, six|Detected from the imports: six, idna/);
});

Deno.test("a module that comes with a distribution is run from it", async () => {
  const { stdout } = await call({
    module: "charset_normalizer",
    dependencies: ["charset-normalizer"],
    args: ["--version"],
  }, "py_run_script_with_dependencies");
  assert.match(stdout, /^Charset-Normalizer/);
});

Deno.test("a module that is in another folder of the user's own says where", async () => {
  const directory = await folderWith({
    "src/own/__main__.py": "",
    "src/own/__init__.py": "",
    "setup.cfg": "",
  });
  const { exit_code, note } = await call({ directory, module: "own" });
  assert.equal(exit_code, 1);
  assert.ok(note!.includes(`run with \`directory\`: "${directory}/src"`), note);
});

Deno.test("a module that is nowhere is named", async () => {
  const { exit_code, stderr, note } = await call({
    directory: await folderWith({}),
    module: "nowhere_at_all",
  });
  assert.deepEqual([exit_code, /No module named nowhere_at_all/.test(stderr)], [1, true]);
  assert.match(note!, /nowhere_at_all/);
});

for (const module of ["pkg/tool.py", "a-b", "", ".tool", "a..b"]) {
  Deno.test(`the module ${JSON.stringify(module)} is refused`, async () => {
    const { error } = await call({ directory: await folderWith({}), module });
    assert.match(error!, /dotted name|exactly one/);
  });
}

Deno.test("exactly one of script_path, script_content and module is taken", async () => {
  const directory = await folderWith({ "s.py": "" });
  const both = await call({ directory, script_path: "s.py", module: "s" });
  assert.match(both.error!, /exactly one .*: script_path and module were given/);
  assert.match((await call({ directory })).error!, /exactly one .*none was given/);
});

Deno.test("a folder with __main__.py runs as with python", async () => {
  const directory = await folderWith({
    "app/__main__.py": `import helper\n${show}`,
    "app/helper.py": "import idna\n",
  });
  const { stdout, note } = await call({ directory, script_path: "app", args: ["x"] });
  assert.equal(stdout, `__main__  ['x'] ${directory}/app\n`);
  assert.match(note!, /idna/);
  const plain = await folderWith({ "app/__main__.py": show });
  const ours = await call({ directory: plain, script_path: "app", use_uv: false });
  assert.equal(ours.stdout, await bare([join(plain, "app")], plain));
});

const zips: Record<string, string[]> = { "app.pyz": [], "app": ["-p", "/usr/bin/env python3"] };

for (const [name, options] of Object.entries(zips)) {
  Deno.test(`a zip file ${name} ${options.join(" ")} runs as with python`, async () => {
    const directory = await folderWith({
      "app/__main__.py": "import inside, six\nprint(inside.VALUE, six.__name__)\n",
      "app/inside.py": "VALUE = 1\n",
    });
    Deno.mkdirSync(join(directory, "out"), { recursive: true });
    await bare(["-m", "zipapp", "app", "-o", `out/${name}`, ...options], directory);
    const { stdout, stderr } = await call({ directory, script_path: `out/${name}` });
    assert.equal(stdout, "1 six\n", stderr);
  });
}

Deno.test("a folder and a zip file without __main__.py are refused", async () => {
  const directory = await folderWith({ "app/tool.py": "", "app/pkg/__main__.py": "" });
  await bare(["-c", "import shutil; shutil.make_archive('x', 'zip', 'app')"], directory);
  for (const script_path of ["app", "x.zip"]) {
    assert.match((await call({ directory, script_path })).error!, /has no __main__\.py/);
  }
});
