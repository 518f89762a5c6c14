import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type Connection } from "../helpers/connect.ts";
import { exists } from "../../lib/base/private_files.ts";
import { withUv } from "../helpers/run_plan.ts";
import { processesWith, TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const SECRETS = {
  env_vars: "s3cret-of-env-vars",
  env_file: "s3cret-of-the-env-file",
  stdin: "s3cret-of-standard-input",
  token: "s3cret-token-of-http",
};

/** Every path below a folder; links are not followed. */
function* walk(folder: string): Generator<{ path: string; isFile: boolean; isSymlink: boolean }> {
  for (const entry of exists(folder) ? [...Deno.readDirSync(folder)] : []) {
    const path = join(folder, entry.name);
    yield { path, isFile: entry.isFile, isSymlink: entry.isSymlink };
    if (entry.isDirectory) yield* walk(path);
  }
}

/**
 * What of a home others could reach if its folder were open to them. Left out: what scripts made
 * themselves, and what uv installs, which has the modes that the packages say.
 */
function tooOpen(home: string): string[] {
  return [{ path: home, isSymlink: false }, ...walk(home)]
    .filter(({ path, isSymlink }) => !isSymlink && !/\/(artifacts|venv)\//.test(path))
    .map(({ path }) => ({ path, mode: modeIfStillThere(path) & 0o777 }))
    .filter(({ mode }) => (mode & 0o077) !== 0)
    .map(({ path, mode }) => `${path.slice(home.length)} ${mode.toString(8)}`);
}

/** Where a secret can be read that no part of ours may write: files, and argument lists. */
function leaks(home: string, server: Connection, secrets: string[]): string[] {
  const places = [...walk(home)].filter(({ isFile }) => isFile).map(({ path }) => path);
  const texts = [
    ...places.map((path) => [path, readIfStillThere(path)] as const),
    ...processesWith(home).map(({ pid, command }) => [`process ${pid}`, command] as const),
    ["stderr", server.stderr()] as const,
  ];
  assert.ok(places.length > 10, "there are files to be looked at");
  return texts.filter(([, text]) => secrets.some((secret) => text.includes(secret)))
    .map(([place]) => place);
}

function modeIfStillThere(path: string): number {
  try {
    return Deno.lstatSync(path).mode!;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function readIfStillThere(path: string): string {
  try {
    return new TextDecoder("latin1").decode(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

for (const umask of [0o000, 0o077]) {
  Deno.test(`everything below the home is private when the umask is ${umask.toString(8)}`, async () => {
    await using home = await TestHome.create();
    const state = home.join("state");
    const env = { ...await withUv(), SMART_ASYNC_DEBUG: "true" };
    for (const transport of ["stdio", "HTTP"] as const) {
      await using server = await connect({ home: state, env, transport, umask });
      await server.call("py_run_script_in_dir", {
        directory: home.path,
        script_content: "print('x' * 100_000)",
      });
      await server.call("py_save_script", { script_name: "kept", source: "print(1)" });
      await server.call("py_run_saved_script", { script_name: "kept" });
      const { json } = await server.call("py_run_script_with_dependencies", {
        script_content: "import six, os\nopen(os.environ['PYTHON_MCP_ARTIFACTS'] + '/a', 'w')",
        dependencies: ["six"],
      });
      assert.equal(json.exit_code, 0, JSON.stringify(json));
      const ended = await server.call("py_run_script_in_dir_async", {
        directory: home.path,
        script_content:
          "from python_mcp import create_progress_callback\ncreate_progress_callback()(1, 2)",
      });
      await server.call("py_job_status", { job_id: ended.json.job_id, wait_seconds: 20 });
      const running = await server.call("py_run_script_in_dir_async", {
        directory: home.path,
        script_content: "import time; time.sleep(8)",
      });
      assert.deepEqual(tooOpen(state), []);
      await server.call("py_cancel_job", { job_id: running.json.job_id });
      await waitFor(() => [...walk(state)].some(({ path }) => path.endsWith("meta/jobs.json")), {
        what: "the snapshot",
      });
    }
    assert.deepEqual(tooOpen(state), []);
  });
}

Deno.test("values that callers give are in no file, log or argument list", async () => {
  await using home = await TestHome.create();
  const state = home.join("state");
  Deno.writeTextFileSync(home.join("values.env"), `FROM_FILE=${SECRETS.env_file}\n`);
  await using server = await connect({
    home: state,
    env: {
      SMART_ASYNC_DEBUG: "true",
      PYTHON_MCP_MAX_RUNNING: "1",
      PYTHON_MCP_TOKEN: SECRETS.token,
    },
  });
  const run = (tool: string, script_content: string, more = {}) =>
    server.call(tool, {
      directory: home.path,
      script_content,
      use_uv: false,
      env_vars: { GIVEN: SECRETS.env_vars },
      env_file: home.join("values.env"),
      stdin: SECRETS.stdin,
      ...more,
    });
  const look = () => assert.deepEqual(leaks(state, server, Object.values(SECRETS)), []);
  const seen = "import os, sys\n" +
    "print(len(os.environ['GIVEN']), len(os.environ['FROM_FILE']), len(sys.stdin.read()), " +
    "'PYTHON_MCP_TOKEN' in os.environ)\n";
  const expected =
    `${SECRETS.env_vars.length} ${SECRETS.env_file.length} ${SECRETS.stdin.length} False\n`;

  assert.equal((await run("py_run_script_in_dir", seen)).json.stdout, expected);
  const failed = await run("py_run_script_in_dir", seen + "raise ValueError('it failed')");
  assert.equal(failed.json.exit_code, 1);
  const bad = await run("py_run_script_in_dir", seen, { python_version: "3.99" });
  assert.equal(bad.isError, true);
  const running = await run("py_run_script_in_dir_async", seen + "import time; time.sleep(8)");
  const { job_id } = running.json;
  const statusOf = async (id: unknown) =>
    ((await server.call("py_job_status", { job_id: id })).json.job as { status: string }).status;
  await waitFor(async () => await statusOf(job_id) === "running", {
    what: "its start",
  });
  const waiting = await run("py_run_script_in_dir_async", seen);
  assert.equal(await statusOf(waiting.json.job_id), "pending");
  look();
  await server.call("py_cancel_job", { job_id });
  const ended = await server.call("py_job_status", {
    job_id: waiting.json.job_id,
    wait_seconds: 20,
  });
  const job = ended.json.job as { status: string; result: { stdout: string } };
  assert.deepEqual([job.status, job.result.stdout], ["completed", expected]);
  look();
  assert.ok(leaks(state, server, [expected]).length > 0, "what a script prints is found");
});

Deno.test("errors show no values that may be secrets when the input is wrong", async () => {
  await using home = await TestHome.create();
  const notUtf8 = new Uint8Array([...new TextEncoder().encode(SECRETS.env_file), 0xff]);
  Deno.writeFileSync(home.join("bad.env"), notUtf8);
  await using server = await connect({
    home: home.join("state"),
    env: { SMART_ASYNC_DEBUG: "true" },
  });
  const WRONG = {
    env_vars: { GIVEN: [SECRETS.env_vars] },
    stdin: [SECRETS.stdin],
    env_file: home.join("bad.env"),
  };
  for (const [name, value] of Object.entries(WRONG)) {
    const { json, isError } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: "1",
      [name]: value,
    });
    assert.equal(isError, true);
    const error = json.error as string;
    assert.match(error, new RegExp(name));
    for (const secret of Object.values(SECRETS)) {
      assert.ok(!error.includes(secret), error);
      assert.ok(!server.stderr().includes(secret), server.stderr());
    }
  }
});

Deno.test("the token of the server is in the environment of no other process", async () => {
  await using home = await TestHome.create();
  await using server = await connect({
    home: home.path,
    env: { PYTHON_MCP_TOKEN: SECRETS.token },
  });
  const { json } = await server.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content: "import time; time.sleep(8)",
    use_uv: false,
  });
  await waitFor(() => processesWith(`PYTHON_MCP_JOB_ID=${json.job_id}`).length > 0, {
    what: "the script",
  });
  assert.deepEqual(processesWith(SECRETS.token).map(({ pid }) => pid), [server.pid()]);
  await server.call("py_cancel_job", { job_id: json.job_id });
});
