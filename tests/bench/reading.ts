import type { Amount } from "./results.ts";
import { join } from "node:path";
import { openHome } from "../../lib/jobs/files/home.ts";
import { connect, type Connection } from "../helpers/connect.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, type Figure, median } from "./compare.ts";

const LARGE = 2 ** 30;
const SMALL = 2 ** 10;
/** A call takes about a millisecond: too short to be measured alone. */
const CALLS = 50;
const WAITS = 15;

/** Reading the end of a large log by cursor, against that of a small one. */
export async function benchCursor(home: TestHome): Promise<Figure[]> {
  await using server = await connect({ home: home.path });
  const large = await jobWithLog(server, home, LARGE);
  const small = await jobWithLog(server, home, SMALL);
  const read = async (job_id: string, size: number) => {
    for (let call = 0; call < CALLS; call++) {
      const { json } = await server.call("py_job_status", { job_id, stdout_cursor: size - 100 });
      const { new_stdout } = json.job as { new_stdout: string };
      if (new_stdout.length !== 100) throw new Error(JSON.stringify(json));
    }
  };
  return [
    await compare({
      name: "cursor",
      ours: `the last 100 bytes of a log of 1 GiB by cursor (${CALLS} calls)`,
      base: "the same of 1 KiB",
      goal: 1.2,
      pairs: 15,
      runOurs: () => read(large, LARGE),
      runBase: () => read(small, SMALL),
    }),
  ];
}

/** How many milliseconds after a job's end `wait_seconds` answers on a server that does not run it. */
export async function benchWait(home: TestHome): Promise<Amount> {
  await using runner = await connect({ home: home.path });
  await using waiter = await connect({ home: home.path });
  const late: number[] = [];
  for (let n = 0; n < WAITS; n++) {
    const { json } = await runner.call("py_run_script_in_dir_async", {
      directory: home.path,
      script_content: "import time; time.sleep(0.5)",
      use_uv: false,
    });
    const wait = { job_id: json.job_id, wait_seconds: 20 };
    const { job } = (await waiter.call("py_job_status", wait)).json as {
      job: { completed_at: string };
    };
    late.push(Date.now() - Date.parse(job.completed_at));
  }
  const what = "`py_job_status` with `wait_seconds` on another server: its answer";
  return { what, since: "the end of the job", value: median(late), unit: "ms", goal: 50 };
}

/** An ended job with a log of so many bytes, most of them a hole in the file. */
async function jobWithLog(server: Connection, home: TestHome, size: number): Promise<string> {
  const { json } = await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "print(1)",
    use_uv: false,
    async_mode: true,
  });
  const job_id = json.job_id as string;
  await server.call("py_job_status", { job_id, wait_seconds: 20 });
  const log = join(openHome(home.path).jobs, job_id, "stdout.log");
  Deno.truncateSync(log, size - 100);
  Deno.writeTextFileSync(log, "x".repeat(100), { append: true });
  return job_id;
}
