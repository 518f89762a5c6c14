import assert from "node:assert/strict";
import { cli } from "../helpers/cli.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { waitFor } from "../helpers/wait_for.ts";

const shared = new SharedServers();

interface Job {
  id: string;
  progress: { current: number; total: number; message: string | null } | null;
}

const BARS: Record<string, string> = {
  "stderr": "sys.stderr.write('\\rwork:  45%|####5     | 45/100 [00:04<00:05,  9.81it/s]')",
  "stdout": "sys.stdout.write('\\r 45/100 [====>.....] - ETA: 3s')",
};

for (const [stream, statement] of Object.entries(BARS)) {
  Deno.test(`a bar on ${stream} is the job's progress wherever that is shown`, async () => {
    const { home, server } = await shared.begin("2.x, 2025 era", "HTTP");
    const http = await shared.http();
    const hold = home.join(`hold-${stream}`);
    Deno.writeTextFileSync(hold, "");
    const { json } = await server.call("py_run_script_in_dir_async", {
      directory: home.path,
      script_content: `import os, sys, time\n${statement}\nsys.${stream}.flush()\n` +
        `while os.path.exists(${JSON.stringify(hold)}): time.sleep(0.01)\n`,
      use_uv: false,
    });
    const id = json.job_id as string;
    const status = async () => (await server.call("py_job_status", { job_id: id })).json.job as Job;
    await waitFor(async () => (await status()).progress !== null, {
      what: "progress",
    });

    const fromApi = async (path: string) =>
      await (await fetch(new URL(path, http.url), {
        headers: http.authorization,
      })).json();
    const env = { PYTHON_MCP_HOME: home.path };
    const fromCli = async (...args: string[]) => (await cli(home, args, { env })).stdout;
    const find = ({ jobs }: { jobs: Job[] }) => jobs.find((job) => job.id === id)!;
    const shown: Record<string, Job> = {
      "py_job_status": await status(),
      "py_list_jobs": find((await server.call("py_list_jobs")).json as { jobs: Job[] }),
      "job://": JSON.parse((await server.readResource(`job://${id}`)).text!),
      "jobs show --json": JSON.parse(await fromCli("jobs", "show", id, "--json")).job,
      "jobs --json": find(JSON.parse(await fromCli("jobs", "--json"))),
      "the dashboard's list": find(await fromApi("/api/jobs")),
      "the dashboard's page of a job": (await fromApi(`/api/jobs/${id}`)).job,
    };
    for (const [where, { progress }] of Object.entries(shown)) {
      assert.deepEqual([progress?.current, progress?.total], [45, 100], where);
    }
    assert.match(await fromCli("jobs", "show", id), /^progress +█+░+ +45% +45\/100 /m);
    assert.match(await fromCli("jobs"), new RegExp(`^${id.slice(0, 8)} .* 45% `, "m"));
    Deno.removeSync(hold);
  });
}
