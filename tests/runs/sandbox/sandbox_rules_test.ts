import assert from "node:assert/strict";
import { join } from "node:path";
import { rerunJob } from "../../../lib/runs/jobs/rerun_job.ts";
import { readSandboxSettings } from "../../../lib/runs/sandbox_settings.ts";
import { checkSandbox } from "../../../lib/serve/doctor/doctor_sandbox.ts";
import { sandboxLevelOf } from "../../../lib/runs/run/sandbox_level_of.ts";
import { filterFor } from "../../../lib/python/sandbox/seccomp.ts";
import { connect } from "../../helpers/connect.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { SANDBOX_LEVELS } from "../../../lib/base/sandbox_level.ts";
import { noSandbox, SandboxScene } from "../../helpers/sandbox_scene.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { waitFor } from "../../helpers/wait_for.ts";

Deno.test("a call gets the owner's level or a stricter one, and no looser one", () => {
  for (const [own, level] of SANDBOX_LEVELS.entries()) {
    for (const [asked, wish] of SANDBOX_LEVELS.entries()) {
      const decide = () => sandboxLevelOf({ level }, wish);
      if (asked >= own) assert.equal(decide(), wish);
      else assert.throws(decide, new RegExp(`the server's owner has set ${level}`));
    }
    assert.equal(sandboxLevelOf({ level }, undefined), level);
    assert.equal(sandboxLevelOf({ level }, undefined, "isolated"), "isolated");
  }
});

Deno.test("a setting of the sandbox that is none is an error, not a default", () => {
  for (const level of ["on", "true", "strict", "0"]) {
    assert.throws(
      () => readSandboxSettings({ PYTHON_MCP_SANDBOX: level }),
      /must be one of off, workspace/,
    );
  }
  for (const roots of ["relative", "/a:b", "./c"]) {
    assert.throws(() => readSandboxSettings({ PYTHON_MCP_SANDBOX_WRITE: roots }), /relative path/);
  }
  const env = {
    PYTHON_MCP_SANDBOX: "Hosts",
    PYTHON_MCP_SANDBOX_WRITE: "/a:~/b",
    PYTHON_MCP_SANDBOX_HOSTS: "PyPI.org, *.example.com",
    PYTHON_MCP_SANDBOX_ENV: "A,B_*",
    HOME: "/home/me",
  };
  assert.deepEqual(readSandboxSettings(env), {
    level: "hosts",
    roots: ["/a", "/home/me/b"],
    hosts: ["pypi.org", "*.example.com"],
    env: ["A", "B_*"],
  });
});

skippableTest("a call names no path that leads to what the sandbox hides", noSandbox, async () => {
  await using scene = await SandboxScene.open("workspace");
  const secret = scene.home.join("secret");
  Deno.writeTextFileSync(secret, "TOKEN=hidden\nprint('hidden')\n");
  Deno.mkdirSync(scene.home.join("bin"));
  Deno.symlinkSync("/usr/bin/python3", scene.home.join("bin/python"));
  for (const name of ["secret", "bin"]) {
    Deno.symlinkSync(scene.home.join(name), join(scene.root, name));
  }
  const link = join(scene.root, "secret");
  const refused: [string, Parameters<SandboxScene["run"]>[1]][] = [
    ["env_file", { envFile: secret }],
    ["env_file", { envFile: link }],
    ["env_file", { envFile: "secret" }],
    ["env_file", { envFile: join(scene.root, "../secret") }],
    ["script_path", { scriptPath: secret }],
    ["script_path", { scriptPath: link }],
    ["directory", { directory: scene.home.path }],
    ["directory", { directory: join(scene.root, "bin") }],
    ["python_version", { pythonVersion: scene.home.join("bin/python") }],
    ["python_version", { pythonVersion: join(scene.root, "bin/python"), useUv: true }],
  ];
  for (const [parameter, options] of refused) {
    await assert.rejects(scene.run("print(1)", options), {
      message: new RegExp(`^Cannot use \`${parameter}\` .* the sandbox \\(workspace\\) hides it`),
    }, JSON.stringify(options));
  }
});

skippableTest(
  "a Python that a script has planted is asked inside the sandbox alone",
  noSandbox,
  async () => {
    await using scene = await SandboxScene.open("workspace");
    const project = join(scene.root, "project");
    const bin = join(project, "venv/bin");
    const mark = scene.home.join("planted");
    Deno.mkdirSync(bin, { recursive: true });
    Deno.symlinkSync("/usr/bin/python3", join(bin, "python"));
    Deno.writeTextFileSync(join(project, "venv/pyvenv.cfg"), "home = /usr/bin\n");
    const site = join(project, "venv/lib/python3.11/site-packages");
    Deno.mkdirSync(site, { recursive: true });
    Deno.writeTextFileSync(
      join(site, "evil.pth"),
      `import os; open(${JSON.stringify(mark)}, 'w')\n`,
    );
    const { stdout } = await scene.run("print('ran')", {
      directory: project,
      pythonVersion: join(project, "venv"),
    }).catch((error) => ({ stdout: String(error) }));
    assert.equal(stdout, "ran\n");
    assert.throws(() => Deno.statSync(mark), Deno.errors.NotFound);
  },
);

skippableTest(
  "a job that is run again keeps its level or gets a stricter one",
  noSandbox,
  async () => {
    await using scene = await SandboxScene.open("off");
    const source = "import os; print(os.path.exists('/root') and os.listdir(os.environ['HOME']))";
    const levelOf = async (id: string) => {
      await waitFor(async () => (await scene.app.jobs.get(id))?.status === "completed", {
        what: "its end",
      });
      return scene.app.jobs.files(id)!.spec!.process.run.sandbox?.level ?? "off";
    };
    const strict = await scene.start(source, { sandbox: "isolated" });
    const loose = await scene.start(source);
    assert.deepEqual([await levelOf(strict), await levelOf(loose)], ["isolated", "off"]);
    const repeated = await rerunJob(scene.app, strict, { tool: "t" });
    assert.equal(await levelOf(repeated), "isolated");
    // Settings that change meanwhile are those of new jobs.
    scene.app.settings.sandbox = { ...scene.app.settings.sandbox, level: "workspace" };
    assert.equal(await levelOf(await rerunJob(scene.app, loose, { tool: "t" })), "workspace");
    assert.equal(await levelOf(await rerunJob(scene.app, strict, { tool: "t" })), "isolated");
  },
);

skippableTest(
  "a job keeps its sandbox when the settings change while it runs",
  noSandbox,
  async () => {
    await using scene = await SandboxScene.open("isolated");
    const source = "import os, time, python_mcp\n" +
      "while not os.path.exists('go'): time.sleep(0.02)\n" +
      "print(python_mcp.run('import os; print(os.listdir(os.environ[\"HOME\"]))').wait().stdout)";
    const id = await scene.start(source, { envVars: { HOME: scene.app.settings.env.HOME! } });
    scene.app.settings.sandbox = { level: "off", roots: [], hosts: [], env: [] };
    Deno.writeTextFileSync(join(scene.root, "go"), "");
    await waitFor(async () => (await scene.app.jobs.get(id))?.status === "completed", {
      what: "its end",
    });
    const { result } = (await scene.app.jobs.get(id))!;
    assert.equal((result as { stdout: string }).stdout, "[]\n\n");
  },
);

skippableTest(
  "nothing runs, and doctor says why, where no sandbox can be made",
  noSandbox,
  async () => {
    await using scene = await SandboxScene.open("workspace");
    const { sandbox, env, home } = scene.app.settings;
    assert.match(
      (await checkSandbox({ sandbox, env, home }))[0]!.message,
      /^workspace, by .*bwrap/,
    );
    const broken = { ...sandbox, roots: [scene.home.join("gone")] };
    const [finding] = await checkSandbox({ sandbox: broken, env, home });
    assert.equal(finding!.level, "error");
    assert.match(finding!.message, /there is no such folder/);
    scene.app.settings.sandbox = broken;
    await assert.rejects(
      scene.run("open('ran', 'w')"),
      /of PYTHON_MCP_SANDBOX_WRITE: there is no such/,
    );
    Deno.mkdirSync(scene.app.settings.home, { recursive: true });
    scene.app.settings.sandbox = { ...sandbox, roots: [scene.app.settings.home] };
    await assert.rejects(scene.run("open('ran', 'w')"), /in the home of python-mcp/);
  },
);

skippableTest("a server with few permissions lists the parameter and runs", noSandbox, async () => {
  await using home = await TestHome.create();
  const root = home.join("root");
  Deno.mkdirSync(root);
  const env = { PYTHON_MCP_SANDBOX: "workspace", PYTHON_MCP_SANDBOX_WRITE: root };
  await using server = await connect({ home: home.join("state"), env });
  const { tools } = await server.client.listTools();
  const { properties } = tools.find(({ name }) => name === "py_run_script_in_dir")!.inputSchema;
  assert.deepEqual((properties!.sandbox as { enum: string[] }).enum, [...SANDBOX_LEVELS]);
  const input = { directory: root, use_uv: false, script_content: "open('made', 'w'); print(1)" };
  const run = await server.call("py_run_script_in_dir", { ...input, sandbox: "isolated" });
  assert.equal(run.json.stdout, "1\n");
  const loose = await server.call("py_run_script_in_dir", { ...input, sandbox: "off" });
  assert.match(loose.json.error as string, /the server's owner has set workspace/);
});

Deno.test("there is a filter of system calls for both kinds of machines", () => {
  for (const architecture of ["x86_64", "aarch64"]) {
    const bytes = atob(filterFor(architecture));
    assert.equal(bytes.length % 8, 0);
    assert.equal(bytes.charCodeAt(0), 0x20, "it begins by loading the kind of machine");
    assert(bytes.length > 400);
  }
});
