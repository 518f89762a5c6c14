import assert from "node:assert/strict";
import config from "../../../deno.json" with { type: "json" };
import { invocation } from "../../../lib/serve/program/invocation.ts";
import { cli, cliInTerminal, cliProcess, startJob, writeScript } from "../../helpers/cli.ts";
import { connect } from "../../helpers/connect.ts";
import { denoDir, MAIN } from "../../helpers/program.ts";
import { withUv } from "../../helpers/run_plan.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";

const COMMANDS = [
  "serve",
  "run",
  "jobs",
  "jobs show",
  "jobs logs",
  "jobs wait",
  "jobs cancel",
  "jobs rerun",
  "jobs prune",
  "sessions",
  "sessions show",
  "sessions run",
  "sessions attach",
  "sessions end",
  "sessions save",
  "scripts",
  "deps",
  "dashboard",
  "doctor",
  "install",
  "uninstall",
  "service",
  "permissions",
  "demo",
  "completions",
  "version",
];

Deno.test("every command has examples when --help is given", async () => {
  await using home = await TestHome.create();
  for (const name of ["", ...COMMANDS]) {
    const help = await cli(home, [...name.split(" ").filter(Boolean), "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Examples?:\n {2}\$ /, name);
  }
  assert.equal([...Deno.readDirSync(home.path)].length, 0, "help needs no home");
});

Deno.test("help lists every command, and the tests know them all", async () => {
  await using home = await TestHome.create();
  const listed = async (...args: string[]) => {
    const { stdout } = await cliProcess(home, [...args, "--help"]);
    return [...stdout.slice(stdout.indexOf("Commands:")).matchAll(/^ {2}([a-z]+) /gm)]
      .map(([, name]) => [...args, name].join(" ")).filter((name) => name !== "help");
  };
  assert.deepEqual(
    [...await listed(), ...await listed("jobs"), ...await listed("sessions")].toSorted(),
    COMMANDS.toSorted(),
  );
});

Deno.test("the program's help fits on a screen of 24 lines and 80 columns", async () => {
  await using home = await TestHome.create();
  const { stdout } = await cli(home, ["--help"]);
  // Where the program lies is not what is tested.
  const lines = stdout.replaceAll(invocation(), "python-mcp").split("\n");
  assert(lines.length <= 24, `${lines.length} lines`);
  for (const line of lines) assert(line.length <= 80, line);
});

Deno.test("the program says on a terminal what it is and what to type, and does not wait", async () => {
  await using home = await TestHome.create();
  const shown = await cliInTerminal(home, [], { NO_COLOR: "1" });
  assert.match(shown, /^python-mcp [\d.]+: an MCP server that runs Python/);
  for (const next of ["install", "demo", "doctor", "--help"]) assert(shown.includes(` ${next} `));
  // Nothing but text: no colours over a line that shows none.
  assert.equal(shown.replaceAll(/[\n\r -~]/g, ""), "");
  assert.equal([...Deno.readDirSync(home.path)].length, 0, "it needs no home");
});

Deno.test("a wrong command line ends with 64 and a hint", async () => {
  await using home = await TestHome.create();
  const { code, stderr, stdout } = await cliProcess(home, ["job"]);
  assert.deepEqual([code, stdout], [64, ""]);
  assert.match(stderr, /unknown command 'job'\n\(Did you mean (one of )?.*jobs/);
  const count = await cli(home, ["jobs", "--limit", "0"]);
  assert.deepEqual([count.code, count.stdout], [64, ""]);
  assert.match(count.stderr, /argument '0' is invalid. It must be a whole number of at least 1/);
  const bare = await cli(home, ["jobs", "show"]);
  assert.equal(bare.code, 64);
  assert.match(bare.stderr, /missing required argument 'id'\n\(--help shows/);
});

Deno.test("jobs names its commands when it does not know one", async () => {
  await using home = await TestHome.create();
  const { code, stderr } = await cli(home, ["jobs", "1f0c"]);
  assert.equal(code, 64);
  assert.match(
    stderr,
    /no command '1f0c'; its commands are show, logs, wait, cancel, rerun, prune\n/,
  );
});

Deno.test("version prints the version of deno.json", async () => {
  await using home = await TestHome.create();
  for (const args of [["version"], ["--version"]]) {
    assert.equal((await cliProcess(home, args)).stdout, `${config.version}\n`);
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
  const { stdout } = await cliProcess(home, ["scripts"]);
  assert.match(stdout, /^NAME .*\nhello +Says hello\.\n$/);
  const run = await cliProcess(home, ["run", "--saved", "hello", "--", "you"], {
    env: await withUv(),
  });
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
  const { code, stdout, stderr } = await cliProcess(home, ["deps", script]);
  assert.deepEqual([code, stdout], [1, "pyyaml\n"]);
  assert.match(stderr, /no_such_module_x/);
});

/** What completes `$LINE` in each shell, by the means of that shell; it prints what it came to. */
const SHELLS: Record<string, string> = {
  bash: `python-mcp() { "$DENO" run -A "$MAIN" "$@"; }; source "$SCRIPT"
    COMP_WORDS=($LINE); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _python_mcp; printf '%s\n' "\${COMPREPLY[@]}"`,
  // A second zsh has a terminal of its own, where the line and a Tab are typed.
  zsh: `zmodload zsh/zpty; zpty inner "PS1='>' zsh -f -i"
    seen() {
      local out= piece
      repeat 600 {
        if zpty -r -t inner piece; then out+=$piece; else sleep 0.05; fi
        [[ $out == *$1* ]] && break
      }
      print -r -- "$out"
    }
    zpty -w inner 'python-mcp() { "$DENO" run -A "$MAIN" "$@"; }; source "$SCRIPT"; print REA""DY'
    seen READY > /dev/null
    zpty -w -n inner "$LINE"$'\t'
    seen "$EXPECTED"; zpty -d inner`,
  fish: `function python-mcp; $DENO run -A $MAIN $argv; end; source $SCRIPT; complete -C $LINE`,
};
/** Why a program cannot be tried here. */
function missing(program: string): string | false {
  try {
    new Deno.Command(program, { args: ["-c", "true"], stdin: "null" }).outputSync();
    return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `${program} is not installed`;
  }
}

for (const [shell, program] of Object.entries(SHELLS)) {
  skippableTest(
    `${shell} completes commands, options, values and ids of jobs`,
    missing(shell),
    async () => {
      await using home = await TestHome.create();
      const id = (await startJob(home, "1")).slice(0, 8);
      await cli(home, ["jobs", "wait", id]);
      const { stdout } = await cliProcess(home, ["completions", shell]);
      const env = {
        HOME: home.path,
        PYTHON_MCP_HOME: home.join("home"),
        DENO_DIR: denoDir(),
        DENO: Deno.execPath(),
        MAIN,
        SCRIPT: writeScript(home, `completions.${shell}`, stdout),
      };
      const lines = {
        "python-mcp dash": "dashboard",
        "python-mcp jobs --st": "--status",
        "python-mcp jobs --status ru": "running",
        "python-mcp install --client cur": "cursor",
        [`python-mcp jobs logs ${id.slice(0, 2)}`]: id,
      };
      for (const [LINE, EXPECTED] of Object.entries(lines)) {
        const { stdout, stderr } = await new Deno.Command(shell, {
          args: [...(shell === "fish" ? ["--no-config"] : []), "-c", program],
          env: { ...env, LINE, EXPECTED },
          cwd: home.path,
          stdin: "null",
        }).output();
        const text = new TextDecoder().decode(stdout);
        assert(text.includes(EXPECTED), `${LINE}: ${text}${new TextDecoder().decode(stderr)}`);
      }
    },
  );
}
