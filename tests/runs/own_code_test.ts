import assert from "node:assert/strict";
import { type Files, writeFiles } from "../helpers/folder_tree.ts";
import { SharedServers } from "../helpers/shared_servers.ts";

const servers = new SharedServers();

/** Runs a script of a folder `proj` with these files. */
async function run(files: Files, input: (proj: string) => Record<string, unknown>, tool?: string) {
  const client = await servers.connect("2.x, 2026-07-28", "stdio");
  const proj = writeFiles((await servers.home()).join(crypto.randomUUID(), "proj"), files);
  const { json } = await client.call(tool ?? "py_run_script_in_dir", {
    time_budget_seconds: 60,
    ...input(proj),
  });
  const note = String(json.note ?? json.error ?? "").replaceAll(proj, "");
  return { stdout: json.stdout, exit_code: json.exit_code, note };
}

const ours: Files = { "tabulate/__init__.py": "print('ours')\n" };
const script = "import tabulate\nprint('ran')\n";

interface Case {
  files: Files;
  script: string;
  directory?: string;
  says: RegExp;
}

/** Modules of the user's own that have the names of distributions, where a script cannot import them. */
const beyondReach: Record<string, Case> = {
  "beside the script's folder": {
    files: { ...ours, "tools/go.py": script },
    script: "tools/go.py",
    says: /run it with `module`: "tools\.go" and `directory`: ""/,
  },
  "around the script": {
    files: { ...ours, "tabulate/__main__.py": script },
    script: "tabulate/__main__.py",
    says: /run it with `module`: "tabulate" and `directory`: ""/,
  },
  "in the project's src": {
    files: { "src/idna/__init__.py": "", "setup.cfg": "", "tools/go.py": "import idna\n" },
    script: "tools/go.py",
    directory: "tools",
    says: /idna is your own, in \/src, .*PYTHONPATH/,
  },
  "in the repository's root": {
    files: { "six.py": "", ".git/HEAD": "", "a/b/go.py": "import six\n" },
    script: "a/b/go.py",
    directory: "a/b",
    says: /run it with `module`: "a\.b\.go" and `directory`: ""/,
  },
  "in the project that the script is part of": {
    files: {
      ...ours,
      "pyproject.toml": '[project]\nname = "p"\nversion = "1"\n',
      "tools/go.py": script,
    },
    script: "tools/go.py",
    says: /run it with `module`: "tools\.go" and `directory`: ""/,
  },
  "declared by the project": {
    files: {
      "pyproject.toml": '[project]\nname = "six"\nversion = "1"\n' +
        '[tool.uv]\nmanaged = false\n[tool.setuptools]\npackage-dir = { "" = "lib" }\n',
      "lib/six.py": "",
      "go.py": "import six\n",
    },
    script: "go.py",
    says: /six is your own/,
  },
};

for (const [where, { files, script, directory = ".", says }] of Object.entries(beyondReach)) {
  Deno.test(`a package ${where} is not replaced by a stranger's, and the note says how to import it`, async () => {
    const { stdout, exit_code, note } = await run(files, (proj) => ({
      directory: `${proj}/${directory}`.replace(/\/\.$/, ""),
      script_path: `${proj}/${script}`,
    }));
    assert.deepEqual([exit_code, stdout], [1, ""], note);
    assert.match(note, says);
  });
}

Deno.test("a package beside the script is imported as it is", async () => {
  const files = { ...ours, "go.py": script };
  const { stdout, note } = await run(files, (proj) => ({ directory: proj, script_path: "go.py" }));
  assert.deepEqual([stdout, note], ["ours\nran\n", ""]);
});

Deno.test("a package of the working directory is not installed for a script with dependencies", async () => {
  const files = { "src/tabulate/__init__.py": "", "pyproject.toml": "", "go.py": script };
  const tool = "py_run_script_with_dependencies";
  const { exit_code, note } = await run(files, (proj) => ({
    directory: proj,
    script_path: "go.py",
  }), tool);
  assert.equal(exit_code, 1);
  assert.match(note, /tabulate is your own, in \/src/);
});

Deno.test("inline code is told in which folder it finds a package of the user's own", async () => {
  const { note } = await run({ ...ours, ".git/HEAD": "", "tools/data.txt": "" }, (proj) => ({
    directory: `${proj}/tools`,
    script_content: script,
  }));
  assert.match(note, /run with `directory`: ""/);
});

Deno.test("a module that a package of the user's own does not have is not looked for elsewhere", async () => {
  const files = { ...ours, "go.py": "import tabulate.nothing\n" };
  const { note } = await run(files, (proj) => ({ directory: proj, script_path: "go.py" }));
  assert.match(note, /tabulate is your own, in , and has no tabulate\.nothing/);
});

const pytest = 'test = ["pytest>=8"]\n';
const groups: Record<string, string> = {
  "group": `[dependency-groups]\n${pytest}`,
  "extra": `[project.optional-dependencies]\n${pytest}`,
};

for (const [kind, table] of Object.entries(groups)) {
  Deno.test(`a test whose project has pytest in its ${kind}s is told so`, async () => {
    const files = {
      "pyproject.toml": `[project]\nname = "p"\nversion = "1"\n${table}`,
      "tests/test_it.py": "import pytest\n",
    };
    const { note } = await run(files, (proj) => ({
      directory: proj,
      script_path: "tests/test_it.py",
    }));
    assert.ok(note.includes(`pytest is in the ${kind} \`test\` of /pyproject.toml`), note);
    assert.match(note, /default-groups/);
  });
}
