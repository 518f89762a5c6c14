import assert from "node:assert/strict";
import { findLauncherPython } from "../../lib/python/find_interpreters.ts";
import { scopedFlags } from "../../lib/serve/scoped_flags.ts";
import { cli, startJob } from "../helpers/cli.ts";
import { connect, type Connection } from "../helpers/connect.ts";
import { DashboardServer } from "../helpers/dashboard_server.ts";
import { TestHome } from "../helpers/test_home.ts";

function flagsFor(home: string, listen?: string): string[] {
  return scopedFlags({ home, python: findLauncherPython(), listen });
}

async function scoped(home: TestHome): Promise<Connection> {
  return await connect({ home: home.path, flags: flagsFor(home.path) });
}

Deno.test("the scoped flags grant no more than is needed", () => {
  const flags = flagsFor("/h,ome", "127.0.0.1:8000");
  assert.deepEqual(flags, [
    "--allow-read",
    "--allow-env",
    "--allow-write=/h,,ome",
    `--allow-run=${findLauncherPython()}`,
    "--allow-net=127.0.0.1:8000",
  ]);
});

Deno.test("a scoped server runs a script when it is asked to", async () => {
  await using home = await TestHome.create();
  await using server = await scoped(home);
  const { json } = await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "import sys; print(sys.argv[1], input())",
    args: ["given"],
    stdin: "typed\n",
    use_uv: false,
  });
  assert.equal(json.stdout, "given typed\n");
});

Deno.test("a scoped server installs what imports need, and uv where there is none", async () => {
  await using home = await TestHome.create();
  await using server = await scoped(home);
  const { json } = await server.call("py_run_script_with_dependencies", {
    script_content: "import iniconfig; print(iniconfig.__name__)",
    time_budget_seconds: 120,
  });
  assert.equal(json.stdout, "iniconfig\n", JSON.stringify(json));
});

Deno.test("a scoped server finds another version of Python when one is asked for", async () => {
  await using home = await TestHome.create();
  await using server = await scoped(home);
  const { json, isError } = await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "import sys; print(sys.version_info[:2])",
    python_version: ">=3.8",
    use_uv: false,
  });
  assert.equal(isError, false, JSON.stringify(json));
  assert.match(String(json.stdout), /^\(3, \d+\)\n$/);
});

Deno.test("a scoped server keeps, cancels and removes jobs when asked", async () => {
  await using home = await TestHome.create();
  await using server = await scoped(home);
  const { json } = await server.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content: "import time; time.sleep(600)",
    use_uv: false,
  });
  const { json: cancelled } = await server.call("py_cancel_job", { job_id: json.job_id });
  assert.equal(cancelled.status, "cancelled");
  const { json: pruned } = await server.call("py_prune_jobs", {
    keep_failed: false,
    max_age_hours: 0,
  });
  assert.deepEqual(pruned, { removed: 1, remaining: 0 });
});

Deno.test("a scoped server saves, lists and runs scripts when asked", async () => {
  await using home = await TestHome.create();
  await using server = await scoped(home);
  await server.call("py_save_script", { script_name: "two", source: "print(1 + 1)" });
  const { json } = await server.call("py_run_saved_script", {
    script_name: "two",
    auto_install_deps: false,
    time_budget_seconds: 120,
  });
  assert.equal(json.stdout, "2\n", JSON.stringify(json));
});

const MISSING: Record<string, (home: string) => string[]> = {
  "--allow-run": (home) => ["--allow-read", "--allow-env", `--allow-write=${home}`],
  "--allow-write": () => ["--allow-read", "--allow-env", "--allow-run"],
  "--allow-read": (home) => ["--allow-env", `--allow-write=${home}`, "--allow-run"],
};
for (const [flag, flags] of Object.entries(MISSING)) {
  Deno.test(`a call names ${flag} when the server was started without it`, async () => {
    await using home = await TestHome.create();
    await using server = await connect({ home: home.path, flags: flags(home.path) });
    const { json, isError } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: "print(1)",
      use_uv: false,
    });
    assert.equal(isError, true);
    assert(String(json.error).includes(`${flag} flag`), String(json.error));
  });
}

Deno.test("the program names the flag in one sentence when it cannot even begin", async () => {
  await using home = await TestHome.create();
  const env = await cli(home, [], { flags: ["--allow-read"] });
  assert.equal(env.code, 1);
  assert.match(env.stderr, /^python-mcp: Requires env access, .*--allow-env flag.*\n$/);
  const net = await cli(home, ["serve", "--http"], { flags: flagsFor(home.join("home")) });
  assert.equal(net.code, 1);
  assert.match(net.stderr, /^python-mcp: .*--allow-net flag.*\n$/);
});

Deno.test("doctor is content when the permissions are scoped", async () => {
  await using home = await TestHome.create();
  const { stdout } = await cli(home, ["doctor", "--offline", "--json"], {
    flags: flagsFor(home.join("home")),
  });
  const { findings } = JSON.parse(stdout) as { findings: { check: string; message: string }[] };
  const { message } = findings.find(({ check }) => check === "permissions")!;
  assert.equal(message, "scoped, and enough");
});

Deno.test("a scoped page shows jobs, and says why their usage is not measured", async () => {
  await using home = await TestHome.create();
  const id = await startJob(home, "import time; time.sleep(600)");
  await using server = await DashboardServer.start(
    home,
    { flags: flagsFor(home.join("home"), "127.0.0.1") },
  );
  const { jobs } = await (await server.fetch("/api/jobs")).json();
  assert.deepEqual(jobs.map((job: { id: string }) => job.id), [id]);
  const events = await server.fetch(`/api/events?watch=${id}`);
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("unavailable")) text += (await reader.read()).value;
  assert.match(text, /only with -A/);
  await reader.cancel();
  await cli(home, ["jobs", "cancel", id]);
});
