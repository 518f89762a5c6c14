import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parsePythonVersion } from "../../../lib/python/interpreters/python_version.ts";
import { versionsThatFit } from "../../../lib/python/plan_on_cluster.ts";
import { interpreters } from "../../helpers/interpreters.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";

const FOLDER = fileURLToPath(new URL("../../../lib/jobs/ray/node", import.meta.url));
const PROGRAM = `
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import node_python
asked = {"python_version": sys.argv[2], "fits": sys.argv[3].split()}
try:
    print(node_python.find_python(asked, "own"))
except node_python.NoPython as error:
    print(error)
`;
const [own, ...others] = interpreters;

/** What a node answers whose home and PATH are these. */
async function find(asked: string, home: string, path = home): Promise<string> {
  const fits = versionsThatFit(await parsePythonVersion(asked));
  const { stdout } = await new Deno.Command(own!.path, {
    args: ["-I", "-c", PROGRAM, FOLDER, asked, fits.join(" ")],
    env: { HOME: home, PATH: path },
    clearEnv: true,
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("a node's own Python is taken where it fits, and what it lacks is said", async () => {
  await using home = await TestHome.create();
  const [major, minor, release] = own!.version.split(".").map(Number);
  const fitting = [own!.version, `${major}.${minor}`, `>=${own!.version}`, `~=${major}.${minor}`];
  for (const asked of fitting) assert.equal(await find(asked, home.path), "own", asked);
  const missing = [`3.39`, `>=3.38`, `${major}.${minor}.${release! + 1}`, `>${own!.version},<3.39`];
  for (const asked of missing) {
    const said = await find(asked, home.path);
    assert.ok(said.startsWith(`Python ${asked} (python_version, or requires-python) is not`), said);
    assert.ok(said.includes(`whose Python is ${own!.version}.`), said);
  }
});

const another = others.find(({ version }) => minorOf(version) !== minorOf(own!.version));

skippableTest(
  "a node's other Python is taken where that fits, on PATH or where pyenv and uv keep theirs",
  another === undefined && "there is one version of Python",
  async () => {
    await using home = await TestHome.create();
    const { version, path } = another!;
    const name = `python${minorOf(version)}`;
    for (
      const folder of [
        home.join("bin"),
        home.join(`.pyenv/versions/${version}/bin`),
        home.join(`.local/share/uv/python/cpython-${version}-linux-x86_64-gnu/bin`),
      ]
    ) {
      await Deno.mkdir(folder, { recursive: true });
      await Deno.symlink(path, `${folder}/${name}`);
      for (const asked of [version, minorOf(version)]) {
        assert.equal(await find(asked, home.path, home.join("bin")), `${folder}/${name}`, asked);
      }
      await Deno.remove(`${folder}/${name}`);
    }
  },
);

function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
