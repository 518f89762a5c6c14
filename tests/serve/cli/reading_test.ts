import assert from "node:assert/strict";
import { exists } from "../../../lib/base/private_files.ts";
import { openHome } from "../../../lib/jobs/files/home.ts";
import { isLocked } from "../../../lib/jobs/files/file_lock.ts";
import { cliProcess } from "../../helpers/cli.ts";
import { connect } from "../../helpers/connect.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { kill, launchers, untilGone } from "../../jobs/kill.ts";

Deno.test("the commands that read jobs start none when a dead server has left one queued", async () => {
  await using home = await TestHome.create();
  const state = home.join("home");
  const ran = home.join("ran");
  const { running, queued } = await leaveQueued(home, ran);
  // The shell's environment is not the server's: a script that ran with it would show that.
  const env = { FROM_SHELL: "1" };
  const listed = JSON.parse((await cliProcess(home, ["jobs", "--json"], { env })).stdout);
  assert.equal(listed.jobs[0].status, "pending");
  assert.match((await cliProcess(home, ["jobs", "show", queued], { env })).stdout, /pending/);
  await cliProcess(home, ["jobs", "logs", queued], { env });
  await cliProcess(home, ["jobs", "wait", queued, "--timeout", "2"], { env });
  // A command that starts a job of its own has no part in those of others.
  await cliProcess(home, ["run", "--no-uv", "-"], { env, stdin: "print(1)" });
  await cliProcess(home, ["jobs", "cancel", running], { env });
  await cliProcess(home, ["jobs", "wait", queued, "--timeout", "2"], { env });
  assert.equal(exists(ran), false);
  await using server = await connect({ home: state });
  const { json } = await server.call("py_job_status", { job_id: queued, wait_seconds: 20 });
  assert.equal((json.job as { status: string }).status, "completed");
  assert.equal(Deno.readTextFileSync(ran), "None");
});

/** A job that runs, and one that its dead server had only queued. */
async function leaveQueued(test: TestHome, ran: string) {
  const home = test.join("home");
  const server = await connect({ home, env: { PYTHON_MCP_MAX_RUNNING: "1" } });
  const start = async (script_content: string) => {
    const args = { directory: test.path, script_content, use_uv: false };
    return (await server.call("py_run_script_in_dir_async", args)).json.job_id as string;
  };
  const running = await start("import time; time.sleep(600)");
  const queued = await start(
    `import os; open(${JSON.stringify(ran)}, "w").write(str(os.environ.get("FROM_SHELL")))`,
  );
  const { jobs, owners } = openHome(home);
  await waitFor(() => isLocked(`${jobs}/${running}/lock`) && exists(`${jobs}/${queued}/accepted`), {
    what: "one job that runs and one that waits",
  });
  const [launcher] = launchers(home);
  kill(server.pid(), launcher!);
  await untilGone(launcher!);
  await waitFor(
    () => [...Deno.readDirSync(owners)].every(({ name }) => !isLocked(`${owners}/${name}`)),
    {
      what: "the end of the server",
    },
  );
  await server.close();
  return { running, queued };
}
