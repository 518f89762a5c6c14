import assert from "node:assert/strict";
import config from "../../../deno.json" with { type: "json" };
import { cli, startJob, writeScript } from "../../helpers/cli.ts";
import { connect } from "../../helpers/connect.ts";
import { TestHome } from "../../helpers/test_home.ts";

const COMMANDS = [
  "serve",
  "run",
  "jobs",
  "scripts",
  "deps",
  "dashboard",
  "doctor",
  "install",
  "demo",
];

Deno.test("every command has examples when --help is given", async () => {
  await using home = await TestHome.create();
  const { stdout } = await cli(home, ["--help"]);
  for (const name of COMMANDS) {
    assert.match(stdout, new RegExp(`^  ${name}\\b`, "m"));
    const help = await cli(home, [name, "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Examples?:\n {2}\$ /, name);
  }
  assert.equal([...Deno.readDirSync(home.path)].length, 0, "help needs no home");
});

Deno.test("a wrong command line ends with 64 and a hint", async () => {
  await using home = await TestHome.create();
  const { code, stderr, stdout } = await cli(home, ["job"]);
  assert.deepEqual([code, stdout], [64, ""]);
  assert.match(stderr, /unknown command 'job'\n\(Did you mean (one of )?.*jobs/);
  assert.equal((await cli(home, ["jobs", "--limit", "0"])).code, 64);
  assert.equal((await cli(home, ["jobs", "show"])).code, 64);
});

Deno.test("version prints the version of deno.json", async () => {
  await using home = await TestHome.create();
  for (const args of [["version"], ["--version"]]) {
    assert.equal((await cli(home, args)).stdout, `${config.version}\n`);
  }
});

Deno.test("scripts lists what a server saved, and run --saved runs it", async () => {
  await using home = await TestHome.create();
  {
    await using server = await connect({ home: home.join("home") });
    await server.call("py_save_script", {
      script_name: "hello",
      source: '"""Says hello."""\nimport sys\nprint("hello", sys.argv[1:])',
    });
  }
  const { stdout } = await cli(home, ["scripts"]);
  assert.match(stdout, /^NAME .*\nhello +Says hello\.\n$/);
  const run = await cli(home, ["run", "--saved", "hello", "--", "you"]);
  assert.equal(run.stdout, "hello ['you']\n");
});

Deno.test("deps names what the header says when there is one", async () => {
  await using home = await TestHome.create();
  const script = writeScript(
    home,
    "a.py",
    '# /// script\n# dependencies = ["rich>=13"]\n# ///\nimport yaml\n',
  );
  const { stdout } = await cli(home, ["deps", "--json", script]);
  assert.deepEqual(JSON.parse(stdout), {
    source: "header",
    imports: ["yaml"],
    dependencies: ["rich>=13"],
    requires_python: null,
    unknown: [],
  });
});

Deno.test("deps names the packages of the imports when there is no header", async () => {
  await using home = await TestHome.create();
  const script = writeScript(home, "a.py", "import os, yaml, no_such_module_x\n");
  const { code, stdout, stderr } = await cli(home, ["deps", script]);
  assert.deepEqual([code, stdout], [1, "pyyaml\n"]);
  assert.match(stderr, /no_such_module_x/);
});

Deno.test("bash completes commands, options, values and ids of jobs", async () => {
  await using home = await TestHome.create();
  const id = await startJob(home, "1");
  await cli(home, ["jobs", "wait", id]);
  const { MAIN } = await import("../../helpers/cli.ts");
  const { stdout: script } = await cli(home, ["completions", "bash"]);
  const ask = async (...words: string[]) => {
    const { stdout } = await new Deno.Command("bash", {
      args: [
        "--norc",
        "-c",
        `python-mcp() { "$DENO" run -A "$MAIN" "$@"; }\n${script}\n` +
        `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _python_mcp; printf '%s\\n' "\${COMPREPLY[@]}"`,
        "bash",
        "python-mcp",
        ...words,
      ],
      env: { PYTHON_MCP_HOME: home.join("home"), DENO: Deno.execPath(), MAIN },
      stdin: "null",
    }).output();
    return new TextDecoder().decode(stdout).trim().split("\n");
  };
  assert.deepEqual(await ask("dash"), ["dashboard"]);
  assert.deepEqual(await ask("jobs", "logs", ""), [id.slice(0, 8)]);
  assert.deepEqual(await ask("jobs", "--st"), ["--status"]);
  assert.deepEqual(await ask("jobs", "--status", "r"), ["running"]);
  assert.deepEqual(await ask("install", "--client", "cur"), ["cursor"]);
});

for (const shell of ["zsh", "fish"]) {
  Deno.test(`completions are valid ${shell} when it reads them`, async () => {
    await using home = await TestHome.create();
    const { stdout } = await cli(home, ["completions", shell]);
    const path = writeScript(home, `completions.${shell}`, stdout);
    try {
      const { success } = await new Deno.Command(shell, { args: ["-n", path] }).output();
      assert(success);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      Deno.stdout.writeSync(new TextEncoder().encode(`(skipped: no ${shell} here)\n`));
    }
  });
}
