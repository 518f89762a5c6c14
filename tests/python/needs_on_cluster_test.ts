import assert from "node:assert/strict";
import { needsOnCluster } from "../../lib/python/needs_on_cluster.ts";
import { canonicalScript } from "../../lib/python/requirements/canonical_script.ts";
import { projectIn } from "../../lib/python/requirements/find_project.ts";
import { TestHome } from "../helpers/test_home.ts";

const PYPROJECT = `
[project]
name = "Demo_Project"
version = "0"
dependencies = ["six >=1.15, <2", "attrs[dev]>=20 ; python_version < '4'", "numpy<3", "ray"]
[project.optional-dependencies]
more = ["idna"]
`;
/** As uv writes it, without hashes. */
const LOCK = `
version = 1
revision = 5

[[package]]
name = "demo-project"
version = "0"
source = { virtual = "." }

[package.metadata]
requires-dist = [
    { name = "attrs", extras = ["dev"], marker = "python_full_version < '4'", specifier = ">=20" },
    { name = "idna", marker = "extra == 'more'" },
    { name = "numpy", specifier = "<3" },
    { name = "ray" },
    { name = "six", specifier = ">=1.15,<2" },
]

[[package]]
name = "attrs"
version = "23.1.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "numpy"
version = "2.0.2"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["python_full_version < '3.10'"]

[[package]]
name = "numpy"
version = "2.2.6"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["python_full_version == '3.10.*'", "python_full_version >= '3.11'"]

[[package]]
name = "of-git"
version = "1"
source = { git = "https://example.org/of-git?rev=1#1" }

[[package]]
name = "ray"
version = "2.9.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "six"
version = "1.15.0"
source = { registry = "https://pypi.org/simple" }
`;

/** What a node is given of a project, and what people are told. */
async function needs(pyproject: string, lock?: string): Promise<{ script: string; note?: string }> {
  await using home = await TestHome.create();
  await Deno.writeTextFile(home.join("pyproject.toml"), pyproject);
  await Deno.mkdir(home.join("member"));
  await Deno.writeTextFile(home.join("member/pyproject.toml"), '[project]\nname = "six"\n');
  if (lock !== undefined) await Deno.writeTextFile(home.join("uv.lock"), lock);
  const project = (await projectIn(home.path))!;
  const made = await needsOnCluster(
    { kind: "project", project },
    project.dependencies,
    home.path,
  );
  return {
    script: await canonicalScript(made.needs),
    note: made.note?.replace(project.folder, "<project>"),
  };
}

Deno.test("a node gets the versions of a project's uv.lock, but for Ray, when it fits the project", async () => {
  const { script, note } = await needs(PYPROJECT, LOCK);
  assert.match(
    script,
    new RegExp(
      'constraint-dependencies = \\[ "attrs==23\\.1\\.0", ' +
        "\"numpy==2\\.0\\.2 ; \\(python_full_version < '3\\.10'\\)\", " +
        "\"numpy==2\\.2\\.6 ; \\(python_full_version == '3\\.10\\.\\*'\\) or " +
        '\\(python_full_version >= \'3\\.11\'\\)", "six==1\\.15\\.0" \\]',
    ),
  );
  assert.equal(note, "Dependencies from the project <project> (uv.lock)");
});

Deno.test("a node gets what uv chooses anew, and people are told so, when a uv.lock does not fit", async () => {
  for (const changed of ["six >=1.16, <2", "six", "six >=1.15, <2, !=1.15.1"]) {
    const { script, note } = await needs(PYPROJECT.replace("six >=1.15, <2", changed), LOCK);
    assert.doesNotMatch(script, /constraint/);
    assert.match(note!, /uv's choice: .*uv\.lock was not used$/);
  }
  assert.equal((await needs(PYPROJECT)).note, "Dependencies from the project <project>");
});

Deno.test("a node gets a project's indexes, other sources and constraints", async () => {
  const { script } = await needs(
    `${PYPROJECT}
[tool.uv]
constraint-dependencies = ["attrs<24"]
[[tool.uv.index]]
name = "office"
url = "https://packages.example/simple"
[tool.uv.sources]
six = { git = "https://example.org/six" }
unasked = { path = "../unasked" }
`,
    LOCK,
  );
  assert.match(script, /constraint-dependencies = \[ "attrs<24", "attrs==23\.1\.0"/);
  assert.match(script, /https:\/\/packages\.example\/simple/);
  assert.match(script, /git = "https:\/\/example\.org\/six"/);
  assert.doesNotMatch(script, /unasked/);
});

const LOCAL: Record<string, string> = {
  "a folder": '[tool.uv.sources]\nsix = { path = "../six" }\n',
  "a folder, editable": '[tool.uv.sources]\nsix = { path = "../six", editable = true }\n',
  "a member of its workspace": '[tool.uv.workspace]\nmembers = ["member"]\n' +
    "[tool.uv.sources]\nsix = { workspace = true }\n",
};
for (const [what, more] of Object.entries(LOCAL)) {
  Deno.test(`a project is refused on a cluster when it needs ${what}`, async () => {
    await assert.rejects(needs(PYPROJECT + more), /built from a folder of this machine/);
  });
}

Deno.test("a project is refused on a cluster when only its build tells what it needs", async () => {
  const dynamic = PYPROJECT.replace(/^dependencies.*$/m, 'dynamic = ["dependencies"]');
  await assert.rejects(needs(dynamic), /built from a folder of this machine/);
});
