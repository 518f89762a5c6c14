import assert from "node:assert/strict";
import { cli, cliInTerminal, cliProcess, startCli, writeScript } from "../../helpers/cli.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const RUN = ["run", "--no-uv"];

Deno.test("run gives the script's output and exit code when it ends", async () => {
  await using home = await TestHome.prepared("home");
  const script = writeScript(
    home,
    "a.py",
    "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(7)",
  );
  assert.deepEqual(await cliProcess(home, [...RUN, script]), {
    code: 7,
    stdout: "out\n",
    stderr: "err\n",
  });
});

Deno.test("run passes everything after -- to the script when options follow", async () => {
  await using home = await TestHome.prepared("home");
  const script = writeScript(home, "a.py", "import sys; print(sys.argv[1:])");
  const { stdout } = await cli(home, [...RUN, script, "--", "--json", "-x", "a b", "--"]);
  assert.equal(stdout, "['--json', '-x', 'a b', '--']\n");
});

Deno.test("run uses the folder that is named, else the one it is started in", async () => {
  await using home = await TestHome.prepared("home");
  const script = writeScript(home, "a.py", "import os; print(os.getcwd())");
  Deno.mkdirSync(home.join("there"));
  const { stdout } = await cli(home, [...RUN, script], { cwd: home.join("there") });
  assert.equal(stdout, `${home.join("there")}\n`);
  const named = await cli(home, [...RUN, "--dir", "there", "a.py"]);
  assert.equal(named.stdout, `${home.join("there")}\n`);
});

Deno.test("run runs a module when told that it is one", async () => {
  await using home = await TestHome.prepared("home");
  writeScript(home, "tool.py", "import sys; print(__spec__.name, sys.argv[1:])");
  const { stdout } = await cli(home, [...RUN, "-m", "tool", "-x"], { cwd: home.path });
  assert.equal(stdout, "tool ['-x']\n");
});

Deno.test("run hands on standard input and variables when told to", async () => {
  await using home = await TestHome.prepared("home");
  const script = writeScript(home, "a.py", "import os; print(os.environ['A'], input())");
  const { stdout } = await cliProcess(home, [...RUN, "--stdin", "-e", "A=1=2", script], {
    stdin: "typed\n",
  });
  assert.equal(stdout, "1=2 typed\n");
});

Deno.test("run runs standard input when the script is -", async () => {
  await using home = await TestHome.prepared("home");
  const { stdout } = await cliProcess(home, [...RUN, "-"], { stdin: "print(6 * 7)" });
  assert.equal(stdout, "42\n");
});

Deno.test("run shows output while the script goes on", async () => {
  await using home = await TestHome.prepared("home");
  const go = home.join("go");
  const script = writeScript(
    home,
    "a.py",
    `import os, time\nprint("first", flush=True)\n` +
      `while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)\n`,
  );
  const child = startCli(home, [...RUN, script]);
  await child.stdin.close();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "first\n");
  Deno.writeTextFileSync(go, "");
  assert.equal((await child.status).code, 0);
  await reader.cancel();
  await child.stderr.cancel();
});

Deno.test("run prints only the job when --json is given", async () => {
  await using home = await TestHome.prepared("home");
  const script = writeScript(home, "a.py", "print('out')");
  const { stdout } = await cli(home, [...RUN, "--json", script]);
  const { job } = JSON.parse(stdout);
  assert.equal(job.status, "completed");
  assert.equal(job.label, "a.py");
  assert.equal(job.result.stdout, "out\n");
});

Deno.test("run says in one sentence what is wrong when there is no such script", async () => {
  await using home = await TestHome.prepared("home");
  const { code, stdout, stderr } = await cli(home, [...RUN, "nowhere.py"]);
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^python-mcp: Cannot run .*\/nowhere\.py: there is no such file.*\n$/);
});

Deno.test("run stops the script and says so when the time limit is over", async () => {
  await using home = await TestHome.prepared("home");
  const script = writeScript(home, "a.py", "import time; time.sleep(600)");
  const { code, stderr } = await cli(home, [...RUN, "--timeout-seconds", "0.2", script]);
  assert.equal(code, 143);
  assert.match(stderr, /time limit of 0.2 s/);
});

const WAITS = `import time\nprint("on", flush=True)\ntime.sleep(600)`;

Deno.test("run leaves the job running when Ctrl-C is pressed once", async () => {
  await using home = await TestHome.prepared("home");
  const child = startCli(home, [...RUN, writeScript(home, "a.py", WAITS)]);
  await child.stdin.close();
  await firstPiece(child);
  child.kill("SIGINT");
  const stderr = await new Response(child.stderr).text();
  assert.equal((await child.status).code, 130);
  const id = /jobs logs -f (\w+)/.exec(stderr)?.[1];
  assert(id, stderr);
  assert.equal((await cli(home, ["jobs", "--status", "running"])).stdout.includes(id), true);
  assert.equal((await cli(home, ["jobs", "cancel", id])).code, 0);
});

Deno.test("run cancels the job when Ctrl-C is pressed twice", async () => {
  await using home = await TestHome.prepared("home");
  const child = startCli(home, [...RUN, writeScript(home, "a.py", WAITS)]);
  await child.stdin.close();
  await firstPiece(child);
  let stderr = "";
  const read = (async () => {
    for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) stderr += piece;
  })();
  child.kill("SIGINT");
  await waitFor(() => stderr.includes("Press Ctrl-C again"), {
    what: "the hint",
  });
  child.kill("SIGINT");
  assert.equal((await child.status).code, 130);
  await read;
  assert.match(stderr, /Job cancelled\n$/);
  assert.equal(home.processes().some(({ command }) => command.includes("a.py")), false);
});

Deno.test("run draws a progress bar when stderr is a terminal", async () => {
  await using home = await TestHome.prepared("home");
  const script = writeScript(
    home,
    "a.py",
    "import time\nfrom python_mcp import create_progress_callback\n" +
      "create_progress_callback()(3, 4, 'counting')\ntime.sleep(1)\nprint('done')",
  );
  const shown = await cliInTerminal(home, [...RUN, script]);
  assert.match(shown, /█{18}░{6} 75% 3\/4 counting · /);
  // The bar is gone before the next line is printed.
  // deno-lint-ignore no-control-regex
  assert.match(shown, /\r\x1b\[Kdone\r\n/);
});

Deno.test("run keeps its progress on one line when the message is wider than the terminal", async () => {
  await using home = await TestHome.prepared("home");
  for (const message of ["進捗".repeat(60), "🚀".repeat(60), "x".repeat(200)]) {
    const script = writeScript(
      home,
      "a.py",
      `import time\nfrom python_mcp import create_progress_callback\n` +
        `create_progress_callback()(1, 2, ${JSON.stringify(message)})\ntime.sleep(1.5)`,
    );
    const shown = await cliInTerminal(home, [...RUN, script]);
    // deno-lint-ignore no-control-regex
    const lines = [...shown.matchAll(/\r\x1b\[K\x1b\[2m(.*?)\x1b\[22m/g)].map(([, line]) => line!);
    assert(lines.some((line) => line.includes([...message][0]!)), shown);
    for (const line of lines) {
      const columns = [...line].map((one) => /[進捗🚀]/u.test(one) ? 2 : 1) as number[];
      assert(columns.reduce((sum, one) => sum + one, 0) < 80, line);
    }
  }
});

Deno.test("run names the path of each file that the script made", async () => {
  await using home = await TestHome.prepared("home");
  const script = writeScript(
    home,
    "a.py",
    `import os\nfor name in ["plot 1.svg", "sub/table.csv"]:\n` +
      `    path = os.path.join(os.environ["PYTHON_MCP_ARTIFACTS"], name)\n` +
      `    os.makedirs(os.path.dirname(path), exist_ok=True)\n    open(path, "w").write(name)`,
  );
  const { stderr } = await cli(home, [...RUN, script]);
  const paths = [...stderr.matchAll(/^artifact: (.*)$/gm)].map(([, path]) => path!);
  assert.deepEqual(paths.map((path) => Deno.readTextFileSync(path)), [
    "plot 1.svg",
    "sub/table.csv",
  ]);
});

Deno.test("jobs show says that a job was started on the command line", async () => {
  await using home = await TestHome.prepared("home");
  const script = writeScript(home, "a.py", "1");
  const { stdout: id } = await cli(home, [...RUN, "-d", script]);
  const { stdout } = await cli(home, ["jobs", "show", id.trim()]);
  assert.match(stdout, /^started by +command line$/m);
});

async function firstPiece(child: Deno.ChildProcess): Promise<void> {
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
  child.stdout.pipeTo(new WritableStream()).catch(() => {});
}

Deno.test("run passes what is typed on to the script when it runs in a terminal", async () => {
  await using home = await TestHome.prepared("home");
  const script = writeScript(
    home,
    "a.py",
    "import sys; print('<%s>' % input('name? ')); print(sys.stdin.readlines())",
  );
  const shown = await cliInTerminal(home, [...RUN, script], {}, "Ada\nmore\n\x04");
  assert.match(shown, /name\? .*<Ada>\r\n\['more\\n'\]/s);
});
