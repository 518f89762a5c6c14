import { connect } from "../helpers/connect.ts";
import { withUv } from "../helpers/run_plan.ts";
import { endSessions } from "../helpers/sessions.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, rounded } from "./compare.ts";
import type { Amount } from "./results.ts";

/** Milliseconds that IPython's own `run_cell` takes for an empty cell, in the process of the session. */
const OWN = "from time import perf_counter\nbegan = perf_counter()\nshell.run_cell('pass')\n" +
  "(perf_counter() - began) * 1000";
const BEGIN =
  "from IPython.core.interactiveshell import InteractiveShell\nshell = InteractiveShell()";

/** What an empty cell of a session takes, above the same in the same process without us. */
export async function benchCell(home: TestHome): Promise<Amount> {
  await using server = await connect({ home: home.path, flags: ["-A"], env: await withUv() });
  const run = async (code: string) => {
    const input = { code, time_budget_seconds: 120 };
    const { json } = await server.call("py_session_run", input);
    if (json.exception !== null) throw new Error(JSON.stringify(json));
    return json.result;
  };
  await run(BEGIN);
  try {
    const { ours_ms, base_ms } = await compare({
      name: "cell",
      ours: "an empty cell",
      base: "`run_cell`",
      goal: 0,
      pairs: 200,
      runOurs: async () => void await run("pass"),
      runBase: async () => Number(await run(OWN)),
    });
    return {
      what: "an empty cell in a session",
      since: "above IPython's `run_cell` in the same process",
      value: rounded(ours_ms - base_ms),
      unit: "ms",
      goal: 5,
    };
  } finally {
    await endSessions(server);
  }
}
