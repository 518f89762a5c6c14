import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { uvFolder } from "../../helpers/run_plan.ts";
import { noSandbox, SandboxScene } from "../../helpers/sandbox_scene.ts";
import { skippableTest } from "../../helpers/skippable.ts";

/** Builds a wheel whose module tells what its building could do. */
const BACKEND = `
import json, os, socket, zipfile

def attempt(act):
    try:
        act()
        return True
    except OSError:
        return False

def build_wheel(folder, config_settings=None, metadata_directory=None):
    with open("places.json") as file:
        places = json.load(file)
    did = {
        "read": attempt(lambda: open(places["secret"]).read()),
        "write": attempt(lambda: open(places["outside"], "w").close()),
        "write_source": attempt(lambda: open("made", "w").close()),
        "connect": attempt(lambda: socket.create_connection(("127.0.0.1", places["port"]), 5).close()),
        "variable": "SECRET_OF_SERVER" in os.environ,
    }
    name = "evil-1-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("evil.py", "did = %r" % did)
        wheel.writestr("evil-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: evil\\nVersion: 1\\n")
        wheel.writestr("evil-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("evil-1.dist-info/RECORD", "")
    return name
`;
const PROJECT = `[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "evil"
version = "1"
`;

const EXPECTED = {
  off: { read: true, write: true, write_source: true, connect: true, variable: true },
  workspace: { read: false, write: false, write_source: false, connect: true, variable: false },
  isolated: { read: false, write: false, write_source: false, connect: false, variable: false },
};

skippableTest("what a package does while it is built stays in the sandbox", noSandbox, async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  Deno.env.set("SECRET_OF_SERVER", "1");
  try {
    for (const [level, expected] of Object.entries(EXPECTED)) {
      const PATH = [await uvFolder(), Deno.env.get("PATH")].join(delimiter);
      await using scene = await SandboxScene.open(level, { PATH });
      const secret = scene.home.join("secret");
      Deno.writeTextFileSync(secret, "secret");
      const folder = join(scene.root, "evil");
      Deno.mkdirSync(folder);
      const outside = join(scene.app.settings.home, "outside");
      const places = { secret, outside, port: listener.addr.port };
      Deno.writeTextFileSync(join(folder, "places.json"), JSON.stringify(places));
      Deno.writeTextFileSync(join(folder, "backend.py"), BACKEND);
      Deno.writeTextFileSync(join(folder, "pyproject.toml"), PROJECT);
      const source = `# /// script\n# dependencies = ["evil @ file://${folder}"]\n# ///\n` +
        "import evil, json; print(json.dumps(evil.did))";
      const { stdout, stderr } = await scene.run(source, { useUv: true, pythonVersion: undefined });
      assert.deepEqual(JSON.parse(stdout as string), expected, `${level}: ${stderr}`);
      const made = [...Deno.readDirSync(scene.app.settings.home)].map(({ name }) => name);
      assert.equal(made.includes("outside"), level === "off", level);
    }
  } finally {
    Deno.env.delete("SECRET_OF_SERVER");
  }
});
