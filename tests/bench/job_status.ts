import { connect, type Connection } from "../helpers/connect.ts";
import { fillHome } from "../helpers/fill_home.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, type Figure } from "./compare.ts";

const FEW = 100;
const MANY = 10_000;
/** A call takes about a millisecond: too short to be measured alone. */
const CALLS = 50;

/** `py_job_status` with many jobs in the store, against few. */
export async function benchJobStatus(home: TestHome): Promise<Figure[]> {
  const few = fillHome(home.join("few"), FEW);
  const many = fillHome(home.join("many"), MANY);
  await using fewServer = await connect({ home: home.join("few") });
  await using manyServer = await connect({ home: home.join("many") });
  return [
    await compare({
      name: "job status",
      ours: `\`py_job_status\` with ${MANY} jobs in the store (${CALLS} calls)`,
      base: `the same with ${FEW}`,
      goal: 1.5,
      pairs: 15,
      runOurs: () => ask(manyServer, many),
      runBase: () => ask(fewServer, few),
    }),
  ];
}

async function ask(server: Connection, ids: string[]): Promise<void> {
  for (let call = 0; call < CALLS; call++) {
    const job_id = ids[Math.floor(Math.random() * ids.length)]!;
    const { json } = await server.call("py_job_status", { job_id });
    if (!json.job) throw new Error(JSON.stringify(json));
  }
}
