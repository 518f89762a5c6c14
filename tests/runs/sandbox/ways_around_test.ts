import assert from "node:assert/strict";
import { delimiter, dirname, join } from "node:path";
import { filesOfAll } from "../../../lib/python/sandbox/interpreter_files.ts";
import { findBubblewrap } from "../../../lib/python/sandbox/bubblewrap.ts";
import { placesOf } from "../../../lib/python/sandbox/places.ts";
import { forbidInSandbox } from "../../../lib/runs/run/forbid_in_sandbox.ts";
import { readSettings } from "../../../lib/runs/settings.ts";
import { ROOT, serverEnv } from "../../helpers/program.ts";
import { uvFolder } from "../../helpers/run_plan.ts";
import { noSandbox, SandboxScene } from "../../helpers/sandbox_scene.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";

skippableTest("what a job leaves in a root shows the next one nothing", noSandbox, async () => {
  const home = await TestHome.create();
  const root = home.join("root");
  await using scene = await SandboxScene.open("isolated", { HOME: home.path }, home);
  Deno.writeTextFileSync(home.join("secret"), "hidden");
  const look = `import os; print("secret" in os.listdir(${JSON.stringify(home.path)}))`;
  for (const name of [".git", ".vscode", ".venv"]) {
    const plant =
      `import os; os.makedirs("below", exist_ok=True); os.symlink("../..", "below/${name}")`;
    assert.equal((await scene.run(plant)).stderr, "");
    assert.equal((await scene.run(look)).stdout, "False\n", name);
    Deno.removeSync(join(root, "below", name));
  }
});

skippableTest(
  "no variable of a child job is taken for arguments of bubblewrap",
  noSandbox,
  async () => {
    await using scene = await SandboxScene.open("isolated");
    Deno.writeTextFileSync(scene.home.join("secret"), "hidden");
    const answer = await scene.run(`
import os, python_mcp, uuid
from _python_mcp_ask import ask
from _python_mcp_jobs import Job
from _python_mcp_job_files import own_job
for name, value in ("A", "1\\0--bind\\0${scene.home.path}\\0/mnt"), ("A\\0" "1\\0--bind\\0${scene.home.path}\\0/mnt", "1"):
    id = str(uuid.uuid4())
    request = dict(id=id, parent=own_job()[0], argv=["/bin/cat", "/mnt/secret"], cwd="/", env={name: value}, own_env={})
    request.update(script=None, stdin=None, label=None, timeout_seconds=60, details={})
    assert ask(own_job()[1], {"run": request}, lambda: False)["accepted"] == id
    ended = Job(os.path.join(${JSON.stringify(scene.app.settings.home)}, "jobs", id)).wait(30)
    print([ended.stdout, ended.error])
`);
    const lines = (answer.stdout as string).trim().split("\n");
    assert.equal(lines.length, 2, JSON.stringify(answer));
    for (const line of lines) {
      assert.match(line, /^\['', .* the environment variable 'A.* holds a NUL character/);
    }
  },
);

skippableTest(
  "no file of a project is read through a link out of the roots",
  noSandbox,
  async () => {
    await using scene = await SandboxScene.open("isolated");
    const hidden = scene.home.join("hidden");
    Deno.writeTextFileSync(hidden, '[project]\nname = "secret"\nversion = "=="\n');
    for (const name of ["pyproject.toml", "uv.toml", "requirements.txt", ".python-version"]) {
      const below = join(scene.root, name.replaceAll(".", "_"), "below");
      Deno.mkdirSync(below, { recursive: true });
      Deno.symlinkSync(hidden, join(dirname(below), name));
      await assert.rejects(
        scene.run("print(1)", { directory: below, useUv: true, pythonVersion: undefined }),
        {
          message: new RegExp(
            `^Cannot use \`${name}\` ${dirname(below)}.* the sandbox \\(isolated\\) hides it`,
          ),
        },
      );
    }
  },
);

skippableTest("what is built shows a script nothing by a link", noSandbox, async () => {
  const PATH = [await uvFolder(), Deno.env.get("PATH")].join(delimiter);
  const home = await TestHome.create();
  // The way to the home may have links of its user.
  Deno.mkdirSync(home.join("real"));
  Deno.symlinkSync(home.join("real"), home.join("link"));
  const PYTHON_MCP_HOME = home.join("link/state");
  await using scene = await SandboxScene.open("isolated", { PATH, PYTHON_MCP_HOME }, home);
  const options = { useUv: true, pythonVersion: undefined };
  const source = `import os, sys; print(os.listdir(os.path.dirname(sys.prefix)))`;
  assert.equal((await scene.run(source, options)).stdout, "['venv']\n");
  const environments = join(scene.app.settings.home, "environments");
  const { name } = [...Deno.readDirSync(environments)].find((one) => one.isDirectory)!;
  // As the code of a package can while it is built.
  Deno.symlinkSync(scene.home.path, join(environments, name, "project"));
  await assert.rejects(scene.run(source, options), /a link in the place of .*project leads to/);
});

Deno.test("a session keeps no picture that lies elsewhere", async () => {
  await using home = await TestHome.create();
  const program = `
import os, sys
home, lib = sys.argv[1:]
sys.path[:0] = [os.path.join(lib, part) for part in ("session", "supervisor")]
from transcript import Transcript
for folder in "hidden/artifacts", "stage/1/artifacts", "session":
    os.makedirs(os.path.join(home, folder))
for folder in "hidden/artifacts", "stage/1/artifacts":
    open(os.path.join(home, folder, "a.png"), "w").close()
transcript = Transcript(os.path.join(home, "session"))
keep = lambda: transcript.keep_picture(os.path.join(home, "stage/1/artifacts"), "a.png")
print(keep())
os.rename(os.path.join(home, "stage/1/artifacts"), os.path.join(home, "stage/1/away"))
os.symlink(os.path.join(home, "hidden/artifacts"), os.path.join(home, "stage/1/artifacts"))
print(keep())
os.rename(os.path.join(home, "stage/1"), os.path.join(home, "stage/away"))
os.symlink(os.path.join(home, "hidden"), os.path.join(home, "stage/1"))
print(keep(), os.listdir(os.path.join(home, "session/pictures")))
`;
  const { stdout } = await new Deno.Command("/usr/bin/python3", {
    args: ["-B", "-c", program, home.path, join(ROOT, "lib/jobs")],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "pictures/a.png\nNone\nNone []\n");
});

skippableTest("no script moves the home of python-mcp out of its way", noSandbox, async () => {
  const home = await TestHome.create();
  const state = home.join("root/above/more/state");
  await using scene = await SandboxScene.open("workspace", { PYTHON_MCP_HOME: state }, home);
  for (const path of ["above", "above/more", "above/more/state"]) {
    const { stderr } = await scene.run(
      `import os; os.makedirs("other/above/more", exist_ok=True); os.rename("${path}", "other/${path}")`,
    );
    assert.match(stderr as string, /Device or resource busy|Invalid cross-device/, path);
  }
});

Deno.test("a root that a script could have led elsewhere is refused", async () => {
  await using home = await TestHome.create();
  const [root, other] = [home.join("root"), home.join("other/below")];
  for (const folder of [join(root, "real"), other]) Deno.mkdirSync(folder, { recursive: true });
  Deno.symlinkSync(other, join(root, "link"));
  Deno.symlinkSync(dirname(other), join(root, "above"));
  Deno.symlinkSync(join(root, "link"), home.join("to_link"));
  const places = (...roots: string[]) => placesOf(home.join("state"), { roots }, {}).roots;
  const expected = [Deno.realPathSync(root), Deno.realPathSync(join(root, "real"))];
  assert.deepEqual(places(join(root, "real"), root), expected);
  for (const led of [join(root, "link"), join(root, "above/below"), home.join("to_link")]) {
    assert.throws(() => places(root, led), /is a symbolic link in another of these folders/, led);
  }
});

Deno.test("a link to a Python does not show the folder of the user that it is in", async () => {
  await using home = await TestHome.create();
  for (const folder of ["", ".local"]) {
    Deno.mkdirSync(home.join(folder, "bin"), { recursive: true });
    Deno.mkdirSync(home.join(folder, "lib/python3.11/site-packages"), { recursive: true });
    Deno.symlinkSync("/usr/bin/python3", home.join(folder, "bin/python3"));
    const places = placesOf(home.join("state"), { roots: [] }, { HOME: home.path });
    const { readable, links } = filesOfAll([home.join(folder, "bin/python3")], places);
    assert.deepEqual(readable, []);
    assert.equal(links[0]!.target, "/usr/bin/python3");
  }
});

Deno.test("a run on a cluster is refused at every level but off", () => {
  for (const level of ["workspace", "hosts", "isolated"] as const) {
    const settings = readSettings({ ...serverEnv(), PYTHON_MCP_SANDBOX: level }, () => {});
    assert.throws(() => forbidInSandbox({}, settings), /Cannot run on Ray in the sandbox/);
    const off = readSettings({ ...serverEnv(), PYTHON_MCP_SANDBOX: "off" }, () => {});
    assert.throws(() => forbidInSandbox({ sandbox: level }, off), /Cannot run on Ray/);
    assert.throws(() => forbidInSandbox({ repeatedSandbox: level }, off), /Cannot run on Ray/);
    forbidInSandbox({}, off);
  }
});

/** What Ubuntu has set, where no AppArmor need be. */
function restrictedByAppArmor(home: TestHome): string[] {
  const set = home.join("set");
  Deno.writeTextFileSync(set, "1\n");
  const folder = "/proc/sys/kernel";
  return ["--tmpfs", folder, "--ro-bind", set, `${folder}/apparmor_restrict_unprivileged_userns`];
}

skippableTest("an error says how to get a sandbox where there is none", noSandbox, async () => {
  await using home = await TestHome.create();
  const bwrap = findBubblewrap(serverEnv())!;
  const broken = home.join("bwrap");
  Deno.writeTextFileSync(broken, "#!/bin/sh\necho 'bwrap: No permissions' >&2; exit 1\n", {
    mode: 0o755,
  });
  const none = home.join("none");
  Deno.writeTextFileSync(none, "0\n");
  const module = join(ROOT, "lib/python/sandbox/try_sandbox.ts");
  const program =
    `import { requireSandbox } from ${
      JSON.stringify(module)
    }; for (const level of ["workspace", "isolated"]) ` +
    `console.log(await requireSandbox(level, { PATH: "/usr/bin" }).catch((error) => error.message));`;
  const setting = "/proc/sys/user/max_user_namespaces";
  for (
    const [changes, said] of [
      [
        ["--tmpfs", dirname(bwrap)],
        /bwrap\) was not found\. Nothing is run.*apt install bubblewrap/,
      ],
      [
        ["--ro-bind", broken, bwrap],
        /says: bwrap: No permissions\. Nothing is run.*`python-mcp doctor`/,
      ],
      [
        ["--ro-bind", broken, bwrap, "--ro-bind", none, setting],
        /sysctl user\.max_user_namespaces=15000/,
      ],
      [
        ["--ro-bind", broken, bwrap, ...restrictedByAppArmor(home)],
        new RegExp(
          `says: bwrap: No permissions\\. .*profile bwrap ${bwrap} flags=\\(unconfined\\) { userns, }.* to ` +
            "/etc/apparmor\\.d/bwrap and .*sysctl kernel\\.apparmor_restrict_unprivileged_userns=0",
        ),
      ],
    ] as const
  ) {
    const deno = [
      Deno.execPath(),
      "eval",
      "--no-check",
      `--config=${join(ROOT, "deno.json")}`,
      `--lock=${join(ROOT, "deno.lock")}`,
      "--frozen",
      program,
    ];
    const { stdout, stderr } = await new Deno.Command(bwrap, {
      args: ["--dev-bind", "/", "/", ...changes, ...deno],
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assert.equal(lines.length, 2, new TextDecoder().decode(stderr));
    for (const line of lines) assert.match(line, said);
  }
});
