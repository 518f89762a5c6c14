import { connect, type Connection } from "../helpers/connect.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";
import { noRay, RayCluster } from "../ray/ray_cluster.ts";
import { compare, type Figure, median } from "./compare.ts";
import type { Amount, Results } from "./results.ts";

const LINES = "line = 'x' * 299\nfor _ in range(200_000): print(line)\n";
const GOAL_PRINT = 1.1;
const GOAL_OUTPUT = 2;
const GOAL_LINE_MS = 1000;

/** Jobs on a Ray cluster against `ray job submit`, where there is Ray; see `tests/ray/`. */
export async function benchRay(home: TestHome): Promise<Partial<Results>> {
  if (noRay) return {};
  await using cluster = await RayCluster.start();
  const { wrapper, env } = cluster;
  await using server = await connect({ home: home.path, wrapper, flags: ["-A"], env });
  const figures = [
    await measure(server, cluster, "Ray, print(1)", "`print(1)`", "print(1)", GOAL_PRINT, 5),
    await measure(
      server,
      cluster,
      "Ray, output, 60 MB",
      "200,000 prints, 60 MB",
      LINES,
      GOAL_OUTPUT,
      3,
    ),
  ];
  return { figures, amounts: [await liveLine(server)] };
}

function measure(
  server: Connection,
  cluster: RayCluster,
  name: string,
  what: string,
  source: string,
  goal: number,
  pairs: number,
): Promise<Figure> {
  return compare({
    name,
    ours: `\`py_run_script_with_dependencies\`, \`run_on: ray\`: ${what}`,
    base: "`ray job submit`",
    goal,
    pairs,
    runOurs: async () => {
      const { json } = await server.call("py_run_script_with_dependencies", {
        script_content: source,
        run_on: "ray",
        time_budget_seconds: 300,
      }, { timeout: 300_000 });
      if (json.exit_code !== 0) throw new Error(JSON.stringify(json).slice(0, 1000));
    },
    runBase: async () => {
      const { success } = await cluster.ray([
        "job",
        "submit",
        "--address",
        cluster.env.PYTHON_MCP_RAY_ADDRESS!,
        "--",
        "python3",
        "-c",
        source,
      ]);
      if (!success) throw new Error("ray job submit failed");
    },
  });
}

/** How long a line takes from the script that flushes it to whoever asks for the job. */
async function liveLine(server: Connection): Promise<Amount> {
  const { json } = await server.call("py_run_script_with_dependencies_async", {
    script_content: "import time\nwhile True: print(time.time(), flush=True); time.sleep(1)\n",
    run_on: "ray",
  });
  const delays: number[] = [];
  let last = "";
  await waitFor(async () => {
    const answer = await server.call("py_job_status", { job_id: json.job_id });
    const { partial_stdout = "" } = answer.json.job as { partial_stdout?: string };
    const line = partial_stdout.trimEnd().split("\n").at(-1)!;
    if (line !== last && last !== "") delays.push(Date.now() - Number(line) * 1000);
    last = line;
    return delays.length >= 10;
  }, { what: "ten lines", timeoutMs: 120_000 });
  await server.call("py_cancel_job", { job_id: json.job_id });
  return {
    what: "a line that a job on Ray flushes can be read",
    since: "when it was printed",
    value: Math.round(median(delays)),
    unit: "ms",
    goal: GOAL_LINE_MS,
  };
}
