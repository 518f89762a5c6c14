import assert from "node:assert/strict";
import { cli, cliProcess } from "../../../helpers/cli.ts";
import { TestHome } from "../../../helpers/test_home.ts";
import { TestTerminal } from "../../../helpers/test_terminal.ts";

const PYTHON = ["--no-uv", "-p", "/usr/bin/python3"];

/** A home whose sessions end with the test. */
async function withSessions(body: (home: TestHome) => Promise<void>): Promise<void> {
  await using home = await TestHome.prepared("home");
  try {
    await body(home);
  } finally {
    const { sessions } = JSON.parse((await cli(home, ["sessions", "--json"])).stdout);
    for (const { session } of sessions) await cli(home, ["sessions", "end", session]);
  }
}

Deno.test("sessions on the command line keep variables, and can be listed, saved and ended", () =>
  withSessions(async (home) => {
    const run = (...args: string[]) => cli(home, ["sessions", "run", "work", ...args]);
    const none = await cli(home, ["sessions"]);
    assert.match(none.stderr, /^No session lives in .*\. Start one: .* sessions attach default\n$/);

    assert.deepEqual(await run("x = 6\nprint('set')", ...PYTHON), {
      code: 0,
      stdout: "set\n",
      stderr: "",
    });
    assert.equal((await run("x * 7")).stdout, "42\n");
    const piped = await cliProcess(home, ["sessions", "run", "work", "-"], { stdin: "x + 1" });
    assert.deepEqual([piped.stdout, piped.code], ["7\n", 0], piped.stderr);
    const raised = await run("1 / 0");
    assert.equal(raised.code, 1);
    assert.match(raised.stderr, /^Traceback[^]*\nZeroDivisionError: division by zero\n$/);
    const asked = await run("input('name? ')");
    assert.deepEqual([asked.code, asked.stdout], [1, "name? "]);
    assert.match(asked.stderr, /\nEOFError: the input of this cell has ended/);

    const { stdout } = await cli(home, ["sessions"]);
    assert.match(stdout, /\nwork +idle +5 +3\.\d+\.\d+ +\d+ MB +\d+\w +\d+\w +\//);
    assert(stdout.includes(home.path), "a new session works where its person is");
    assert.match((await cli(home, ["sessions", "show", "work"])).stdout, /^x +int +28 +6$/m);
    const completed = await cli(home, ["complete", "--", "sessions", "end", ""]);
    assert.equal(completed.stdout, "work\n");

    const end = await cli(home, ["sessions", "end", "work"]);
    assert.match(end.stdout, /^Ended, with everything that it had started/);
    const save = () => cli(home, ["sessions", "save", "work", "work.ipynb"]);
    assert.equal((await save()).stdout, `5 cells in ${home.join("work.ipynb")}\n`);
    const again = await save();
    assert.deepEqual([again.code, again.stdout], [1, ""]);
    assert.match(again.stderr, /is there already; --overwrite replaces it/);
  }));

Deno.test("sessions on the command line refuse what makes no sense, with a reason", () =>
  withSessions(async (home) => {
    const refused: Record<string, RegExp> = {
      "end work --interrupt --restart": /--interrupt or --restart, not both/,
      "end work --replay": /--replay goes with --restart/,
      "end work": /There is no session work/,
      "show work": /There is no session work/,
      "save work a.ipynb": /There is no session work/,
      "run ../up 1": /Cannot use `session` "\.\.\/up"/,
      "attach work": /not a terminal.*sessions run work -/,
    };
    for (const [line, why] of Object.entries(refused)) {
      const { code, stderr } = await cli(home, ["sessions", ...line.split(" ")]);
      assert.equal(code, 1, line);
      assert.match(stderr, why);
    }
  }));

Deno.test("attach is a prompt: blocks, live output, input, Ctrl-C and Ctrl-D", () =>
  withSessions(async (home) => {
    await using terminal = TestTerminal.start(home, ["sessions", "attach", "work", ...PYTHON]);
    await terminal.until("In [1]: ");
    await terminal.type("x = 6\r");
    await terminal.until("In [2]: ");
    await terminal.type("x * 7\r");
    await terminal.until("Out[2]: 42");
    await terminal.until("In [3]: ");
    await terminal.type("for i in range(2):\r");
    await terminal.until("...: ");
    await terminal.type("    print('row', i)\r\r");
    await terminal.until("row 1");
    await terminal.until("In [4]: ");
    await terminal.type("import time; print('on it', flush=True); time.sleep(600)\r");
    // What is typed is shown as well.
    await terminal.until("sleep(600)");
    await terminal.until("on it");
    await terminal.type("\x03");
    await terminal.until("Interrupted");
    await terminal.until("In [5]: ");
    await terminal.type("name = input('Who? ')\r");
    await terminal.until("Who? ')");
    await terminal.until("Who? ");
    await terminal.type("Ada\r");
    await terminal.until("In [6]: ");
    await terminal.type("what is typed and given up\x03");
    await terminal.until("In [6]: ");
    await terminal.type("name, x\r");
    await terminal.until("Out[6]: ('Ada', 6)");
    await terminal.until("In [7]: ");
    await terminal.type("\x04");
    await terminal.until("The session work lives on.");
    await terminal.untilEnded();
    const { stdout } = await cli(home, ["sessions", "run", "work", "name"]);
    assert.equal(stdout, "'Ada'\n");
    // Short cells are no jobs that anybody has to clean up.
    const { jobs } = JSON.parse((await cli(home, ["jobs", "--json"])).stdout);
    assert.equal(jobs.length, 1, JSON.stringify(jobs));
  }));

Deno.test("attach shows a cell that runs already, and Ctrl-D leaves it running", () =>
  withSessions(async (home) => {
    const code = "import time; print('begun', flush=True); time.sleep(600)";
    await cli(home, ["sessions", "run", "work", ...PYTHON, "--detach", code]);
    const attach = ["sessions", "attach", "work"];
    await using first = TestTerminal.start(home, attach);
    await first.until("Cell 1 runs:");
    await first.until("begun");
    await first.type("\x04");
    await first.until("The cell goes on as job ");
    await first.untilEnded();
    await using second = TestTerminal.start(home, attach);
    await second.until("begun");
    await second.type("\x03");
    await second.until("Interrupted");
    await second.until("In [2]: ");
    await second.type("\x04");
    await second.untilEnded();
  }));
