import assert from "node:assert/strict";
import { connect } from "../helpers/connect.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const BARS: Record<string, string> = {
  "stderr": "sys.stderr.write('\\rwork:  45%|####5     | 45/100 [00:04<00:05,  9.81it/s]')",
  "stdout": "sys.stdout.write('\\r 45/100 [====>.....] - ETA: 3s')",
};

for (const [stream, statement] of Object.entries(BARS)) {
  Deno.test(`a bar on ${stream} is the job's progress`, async () => {
    await using home = await TestHome.create();
    await using client = await connect({ home: home.path });
    const hold = home.join("hold");
    Deno.writeTextFileSync(hold, "");
    const { json } = await client.call("py_run_script_in_dir_async", {
      directory: home.path,
      script_content: `import os, sys, time\n${statement}\nsys.${stream}.flush()\n` +
        `while os.path.exists(${JSON.stringify(hold)}): time.sleep(0.01)\n`,
      use_uv: false,
    });
    const progressOf = async () => {
      const { json: { job } } = await client.call("py_job_status", { job_id: json.job_id });
      return (job as { progress: { current: number; total: number } | null }).progress;
    };
    await waitFor(async () => await progressOf() !== null, {
      what: "progress",
      timeoutMs: 10_000,
    });
    const { current, total } = (await progressOf())!;
    assert.deepEqual([current, total], [45, 100]);
    const { json: { jobs } } = await client.call("py_list_jobs");
    assert.equal((jobs as { progress: { current: number } }[])[0]?.progress?.current, 45);
    Deno.removeSync(hold);
  });
}
