import { connect } from "../helpers/connect.ts";
import { withUv } from "../helpers/run_plan.ts";
import { endSessions } from "../helpers/sessions.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";
import { rounded } from "./compare.ts";
import type { Amount } from "./results.ts";

const STARTS = 15;
const PARENT = "import os\nopen('/proc/%d/cmdline' % os.getppid()).read()";

/** How long a session takes to start whose Python a warm host forks. */
export async function benchSessionStart(home: TestHome): Promise<Amount> {
  await using server = await connect({ home: home.path, flags: ["-A"], env: await withUv() });
  const start = async (): Promise<{ ms: number; isWarm: boolean }> => {
    const began = performance.now();
    const input = { code: PARENT, time_budget_seconds: 120 };
    const { json } = await server.call("py_session_run", input);
    const ms = performance.now() - began;
    await server.call("py_session_end", {});
    return { ms, isWarm: String(json.result).includes("python-mcp warm") };
  };
  try {
    await waitFor(async () => (await start()).isWarm, {
      what: "a warm session",
      timeoutMs: 120_000,
    });
    const times: number[] = [];
    for (let count = 0; count < STARTS; count++) {
      const { ms, isWarm } = await start();
      if (isWarm) times.push(ms);
    }
    return {
      what: "a session with IPython starts",
      since: "from its call to the answer, once another one has been there",
      value: rounded(times.toSorted((a, b) => a - b)[times.length >> 1]!),
      unit: "ms",
      goal: 100,
    };
  } finally {
    await endSessions(server);
  }
}
