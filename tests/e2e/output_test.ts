import assert from "node:assert/strict";
import { connect, type Connection } from "../helpers/connect.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const shared = new SharedServers();

function run(server: Connection, home: TestHome, script_content: string, more = {}) {
  return server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content,
    use_uv: false,
    ...more,
  });
}

Deno.test("output is readable within a second when the script does not flush", async () => {
  const { home, server } = await shared.begin();
  const { json } = await run(server, home, "import time; print('early'); time.sleep(600)", {
    async_mode: true,
  });
  await waitFor(() => home.processes().some(({ command }) => command.includes("script.py")), {
    what: "the script",
  });
  await waitFor(async () => {
    const { job } = (await server.call("py_job_status", { job_id: json.job_id })).json as {
      job: { partial_stdout?: string };
    };
    return job.partial_stdout === "early\n";
  }, { what: "the printed line" });
  await server.call("py_cancel_job", { job_id: json.job_id });
});

Deno.test("a follower sees all of a script's output when a child truncates /dev/stdout", async () => {
  const { home, server } = await shared.begin();
  const { json } = await run(
    server,
    home,
    `import os, subprocess, time
for n in range(3):
    print("long line", n, flush=True)
    while not os.path.exists(f"seen{n}"): time.sleep(0.01)
    subprocess.run("echo short > /dev/stdout", shell=True)
time.sleep(600)`,
    { async_mode: true },
  );
  let seen = "";
  let stdout_cursor = 0;
  for (let n = 0; n < 3; n++) {
    await waitFor(async () => {
      const { job } = (await server.call("py_job_status", { job_id: json.job_id, stdout_cursor }))
        .json as { job: { new_stdout: string; stdout_cursor: number } };
      seen += job.new_stdout;
      ({ stdout_cursor } = job);
      return seen.includes(`long line ${n}`);
    }, { what: `line ${n}` });
    Deno.writeTextFileSync(home.join(`seen${n}`), "");
  }
  assert.match(seen, /^long line 0\nshort\nlong line 1\nshort\nlong line 2\n/);
  await server.call("py_cancel_job", { job_id: json.job_id });
});

Deno.test("a result shows both ends and where the rest is when a script prints much", async () => {
  const { home, server } = await shared.begin();
  const { json } = await run(server, home, "print('a' * 50_000 + 'z' * 50_000, end='')");
  const stdout = json.stdout as string;
  const { stdout: cut } = json.truncated as { stdout: { omitted_characters: number; uri: string } };
  assert.ok(stdout.startsWith("a".repeat(10_000)) && stdout.endsWith("z".repeat(10_000)));
  assert.ok(stdout.length < 20_200);
  assert.equal(cut.omitted_characters, 80_000);
  const { text, _meta } = await server.readResource(cut.uri);
  assert.equal(text, "a".repeat(50_000) + "z".repeat(50_000));
  assert.deepEqual(_meta, { cursor: 100_000, more: false });
});

Deno.test("a result replaces bytes that are no UTF-8 when a script prints them", async () => {
  const { home, server } = await shared.begin();
  const { json } = await run(
    server,
    home,
    String.raw`import sys; sys.stdout.buffer.write(b"a\xff\xfeb\n")`,
  );
  assert.equal(json.stdout, "a\uFFFD\uFFFDb\n");
});

Deno.test("a result is readable when a script prints colours and progress bars", async () => {
  const { home, server } = await shared.begin();
  const { json } = await run(
    server,
    home,
    String.raw`import sys
for percent in range(0, 101, 50):
    sys.stderr.write(f"\r{percent:3}%|{'#' * (percent // 10):10}|")
print("\x1b[1;32mgreen\x1b[0m")`,
  );
  assert.equal(json.stdout, "green\n");
  assert.equal(json.stderr, "100%|##########|");
});

Deno.test("stdin is empty for a script when none was given", async () => {
  const { home, server } = await shared.begin();
  const { json } = await run(server, home, "import sys; print(repr(sys.stdin.read()))");
  assert.equal(json.stdout, "''\n");
});

Deno.test("stdin reaches a script when given", async () => {
  const { home, server } = await shared.begin();
  const { json } = await run(server, home, "import sys; print(sys.stdin.read().upper())", {
    stdin: "grüße",
  });
  assert.equal(json.stdout, "GRÜSSE\n");
});

Deno.test("a result says timed_out when the script exceeds its time limit", async () => {
  const { home, server } = await shared.begin();
  const { json, isError } = await run(server, home, "import time; print('x'); time.sleep(600)", {
    timeout_seconds: 0.5,
  });
  assert.equal(isError, false);
  assert.equal(json.timed_out, true);
  assert.equal(json.exit_code, 143);
  assert.equal(json.signal, "SIGTERM");
});

Deno.test("a result names the signal when one ended the script", async () => {
  const { home, server } = await shared.begin();
  const { json } = await run(server, home, "import os; os.kill(os.getpid(), 9)");
  assert.equal(json.exit_code, 137);
  assert.equal(json.signal, "SIGKILL");
});

Deno.test("a result counts what it stopped when the script left processes behind", async () => {
  const { home, server } = await shared.begin();
  const { json } = await run(
    server,
    home,
    "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True); print('ok')",
  );
  assert.equal(json.stdout, "ok\n");
  assert.equal(json.note, "1 process that the script had left running was stopped");
});

Deno.test("inline code runs as if it were a file in its directory when it imports a neighbour", async () => {
  const { home, server } = await shared.begin();
  const directory = home.join("project");
  Deno.mkdirSync(directory);
  Deno.writeTextFileSync(`${directory}/neighbour.py`, "VALUE = 42\n");
  const { json } = await server.call("py_run_script_in_dir", {
    directory,
    script_content: "import neighbour\nprint(neighbour.VALUE)\n1/0",
    use_uv: false,
  });
  assert.equal(json.stdout, "42\n");
  assert.match(json.stderr as string, /line 3.*\n +1\/0/);
});

Deno.test("artifacts are listed and readable when a script writes some", async () => {
  const { home, server } = await shared.begin();
  const { json } = await run(
    server,
    home,
    "import os; open(os.path.join(os.environ['PYTHON_MCP_ARTIFACTS'], 'a b.csv'), 'w').write('x,y')",
  );
  const [artifact] = json.artifacts as {
    name: string;
    uri: string;
    size_bytes: number;
    mime_type: string;
  }[];
  assert.equal(artifact!.name, "a b.csv");
  assert.equal(artifact!.size_bytes, 3);
  assert.equal(artifact!.mime_type, "text/csv");
  assert.equal((await server.readResource(artifact!.uri)).text, "x,y");
});

Deno.test("a result lists the processes when they had more memory than they may", async () => {
  await using home = await TestHome.prepared();
  await using server = await connect({
    home: home.path,
    env: { PYTHON_MCP_MAX_MEMORY_MB: "60" },
  });
  const source = "import time; kept = b'x' * 90_000_000; time.sleep(60)";
  for (const memory_mb of [undefined, 50, 500]) {
    const { json, isError } = await run(server, home, source, { memory_mb });
    assert.equal(isError, false);
    assert.equal(json.signal, "SIGKILL");
    const most = memory_mb === 50 ? 50 : 60;
    const note = `used \\d+ MB of ${most} MB .*Its processes then: \\d+ MB python.* \\(pid \\d+\\)`;
    assert.match(json.note as string, new RegExp(note));
  }
});
