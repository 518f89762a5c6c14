import assert from "node:assert/strict";
import { CLIENTS, connect, TRANSPORTS } from "../helpers/connect.ts";
import { RawSession } from "../helpers/raw_session.ts";
import { uvFolder } from "../helpers/run_plan.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const shared = new SharedServers();

interface Report {
  progress: number;
  total?: number;
  message?: string;
}

const PROGRESS = "from python_mcp import create_progress_callback\nimport time\n" +
  "report = create_progress_callback()\n";

/** A script that does not go on before the caller has heard of it. */
function untilGone(path: string): string {
  return `import os, time\nwhile os.path.exists(${JSON.stringify(path)}): time.sleep(0.01)\n`;
}

function assertIncreasing(reports: Report[]): void {
  for (const [index, { progress }] of reports.entries()) {
    assert.ok(index === 0 || progress > reports[index - 1]!.progress, JSON.stringify(reports));
  }
}

for (const transport of TRANSPORTS) {
  for (const kind of CLIENTS) {
    Deno.test(`a caller hears of the script's own progress when it asked to (${kind} client, ${transport})`, async () => {
      const { home, server } = await shared.begin(kind, transport);
      const hold = home.join("hold");
      Deno.writeTextFileSync(hold, "");
      const reports: Report[] = [];
      const { json } = await server.call("py_run_script_in_dir", {
        directory: home.path,
        script_content: `${PROGRESS}report(3, 10, 'third')\n${untilGone(hold)}`,
        use_uv: false,
      }, {
        onprogress: (report) => {
          reports.push(report);
          if (report.message === "third") Deno.removeSync(hold);
        },
      });
      assert.equal(json.exit_code, 0);
      assert.deepEqual(reports.at(-1), { progress: 3, total: 10, message: "third" });
      assertIncreasing(reports);
    });
  }
}

Deno.test("py_job_status reports the job's progress when it waits", async () => {
  const { home, server } = await shared.begin();
  const hold = home.join("hold");
  Deno.writeTextFileSync(hold, "");
  const { json } = await server.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content: `${PROGRESS}report(1, 2, 'one')\n${untilGone(hold)}`,
    use_uv: false,
  });
  const reports: Report[] = [];
  const status = await server.call("py_job_status", { job_id: json.job_id, wait_seconds: 30 }, {
    onprogress: (report) => {
      reports.push(report);
      if (report.message === "one") Deno.removeSync(hold);
    },
  });
  assert.equal((status.json.job as { status: string }).status, "completed");
  assert.deepEqual(reports.at(-1), { progress: 1, total: 2, message: "one" });
});

Deno.test("a caller hears of tqdm's bar and of the installation before it when tqdm is a dependency", async () => {
  await using home = await TestHome.prepared();
  const PATH = `${await uvFolder()}:${Deno.env.get("PATH")}`;
  // An empty cache and something large, so that the installation takes its time.
  await using server = await connect({
    home: home.path,
    env: { PATH, UV_CACHE_DIR: home.join("uv-cache") },
  });
  const hold = home.join("hold");
  Deno.writeTextFileSync(hold, "");
  const reports: Report[] = [];
  const { json } = await server.call("py_run_script_with_dependencies", {
    script_content: "import os, time\nfrom tqdm import tqdm\n" +
      "for n in tqdm(range(20), desc='Counting', mininterval=0):\n" +
      `    while n == 7 and os.path.exists(${JSON.stringify(hold)}): time.sleep(0.01)\n`,
    dependencies: ["tqdm", "numpy"],
  }, {
    onprogress: (report) => {
      reports.push(report);
      if (report.total === 20 && report.progress >= 7) Deno.removeSync(hold);
    },
  });
  assert.equal(json.exit_code, 0);
  assert.match(json.stderr as string, /100%\|/);
  const installation = /^(?:Resolving|Downloading|Installing) .*(?:numpy|tqdm)/;
  assert.ok(reports.some(({ message }) => installation.test(message ?? "")));
  const bar = reports.find(({ total, progress }) => total === 20 && progress === 7);
  assert.match(bar?.message ?? JSON.stringify(reports), /^Counting \d\d:\d\d</);
  assertIncreasing(reports);
});

Deno.test("a caller gets a sign of life with the last line printed when the script reports nothing", async () => {
  const { home, server } = await shared.begin();
  const hold = home.join("hold");
  Deno.writeTextFileSync(hold, "");
  const reports: Report[] = [];
  await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: `print('first')\nprint('still busy')\n${untilGone(hold)}`,
    use_uv: false,
  }, {
    onprogress: (report) => {
      reports.push(report);
      if (reports.length === 2) Deno.removeSync(hold);
    },
  });
  assert.equal(reports.length, 2);
  assert.match(reports[0]!.message!, /^running for \d+ s: still busy$/);
  assertIncreasing(reports);
});

Deno.test("values increase when the script's own progress goes back", async () => {
  const { home, server } = await shared.begin();
  const holds = ["one", "two"].map((name) => home.join(name));
  for (const hold of holds) Deno.writeTextFileSync(hold, "");
  const reports: Report[] = [];
  await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: `${PROGRESS}report(8, 10, 'one')\n${untilGone(holds[0]!)}` +
      `report(2, 10, 'two')\n${untilGone(holds[1]!)}`,
    use_uv: false,
  }, {
    onprogress: (report) => {
      reports.push(report);
      if (report.message === "one") Deno.removeSync(holds[0]!);
      if (report.message === "2/10 two") Deno.removeSync(holds[1]!);
    },
  });
  assert.deepEqual(reports.map(({ message }) => message), ["one", "2/10 two"]);
  assertIncreasing(reports);
});

Deno.test("no notification follows the answer, and none comes without a token", async () => {
  await using home = await TestHome.prepared();
  const session = new RawSession(home.path);
  await session.initialize();
  const hold = home.join("hold");
  Deno.writeTextFileSync(hold, "");
  const run = {
    directory: home.path,
    script_content: `${PROGRESS}report(1, 2)\n${untilGone(hold)}`,
    use_uv: false,
    time_budget_seconds: 60,
  };
  const name = "py_run_script_in_dir";
  await session.send({ id: "quiet", method: "tools/call", params: { name, arguments: run } });
  await session.send({
    id: "loud",
    method: "tools/call",
    params: { name, arguments: run, _meta: { progressToken: "token" } },
  });
  const { params } = await session.next(({ method }) => method === "notifications/progress");
  assert.deepEqual(params, { progressToken: "token", progress: 1, total: 2 });
  Deno.removeSync(hold);
  await session.next(({ id }) => id === "loud");
  await session.next(({ id }) => id === "quiet");
  await session.end();
  const lines = session.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const tokens = lines.filter(({ method }) => method === "notifications/progress");
  assert.deepEqual(new Set(tokens.map(({ params }) => params.progressToken)), new Set(["token"]));
  const answered = lines.findIndex(({ id }) => id === "loud");
  assert.equal(
    lines.slice(answered).some(({ method }) => method === "notifications/progress"),
    false,
  );
});

for (const waits of [true, false]) {
  const then = waits ? "waits beyond its budget" : "keeps to its budget";
  const who = waits ? "the caller gets progress" : "the caller gets none";
  Deno.test(`a call ${then} when PYTHON_MCP_WAIT_WITH_PROGRESS is true and ${who}`, async () => {
    await using home = await TestHome.prepared();
    await using server = await connect({
      home: home.path,
      env: { PYTHON_MCP_WAIT_WITH_PROGRESS: "true" },
    });
    const { json } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: "import time; time.sleep(2); print('done')",
      use_uv: false,
      time_budget_seconds: 0.5,
    }, waits ? { onprogress: () => {} } : undefined);
    assert.equal(json.stdout, waits ? "done\n" : undefined);
    if (!waits) {
      assert.ok(json.job_id, JSON.stringify(json));
      await waitFor(() => home.processes().every(({ command }) => !command.includes("script.py")), {
        what: "the end of the script",
      });
    }
  });
}
