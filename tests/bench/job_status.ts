import { type Home, openHome } from "../../lib/jobs/files/home.ts";
import { connect, type Connection } from "../helpers/connect.ts";
import { fillHome } from "../helpers/fill_home.ts";
import { RawSession } from "../helpers/raw_session.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, type Figure } from "./compare.ts";

const FEW = 100;
const MANY = 100_000;
const LISTED = 50;
const GOAL = 1.5;

/** Status, list and start of a server with many jobs in the store, against few. */
export async function benchJobStatus(home: TestHome): Promise<Figure[]> {
  const few = openHome(home.join("few"));
  const many = openHome(home.join("many"));
  const ids = { few: fillHome(few.root, FEW), many: fillHome(many.root, MANY) };
  const shared = { base: `the same with ${FEW}`, goal: GOAL, pairs: 15 };
  const figures = [
    await compare({
      ...shared,
      name: "start with jobs",
      ours: `process start to the first \`py_list_jobs\` answered, ${MANY} jobs in the store`,
      runOurs: () => startAndList(many),
      runBase: () => startAndList(few),
    }),
  ];
  await using fewServer = await connect({ home: few.root });
  await using manyServer = await connect({ home: many.root });
  // A call takes about a millisecond: too short to be measured alone.
  for (const [name, ask, calls] of [["job status", askStatus, 50], ["list", list, 20]] as const) {
    figures.push(
      await compare({
        ...shared,
        name,
        ours: `${shown(name)} with ${MANY} jobs in the store (${calls} calls)`,
        runOurs: () => times(calls, () => ask(manyServer, ids.many)),
        runBase: () => times(calls, () => ask(fewServer, ids.few)),
      }),
    );
  }
  return figures;
}

function shown(name: string): string {
  return name === "list" ? `\`py_list_jobs(limit=${LISTED})\`` : "`py_job_status`";
}

async function times(count: number, act: () => Promise<void>): Promise<void> {
  for (let n = 0; n < count; n++) await act();
}

async function askStatus(server: Connection, ids: string[]): Promise<void> {
  const job_id = ids[Math.floor(Math.random() * ids.length)]!;
  const { json } = await server.call("py_job_status", { job_id });
  if (!json.job) throw new Error(JSON.stringify(json));
}

async function list(server: Connection, ids: string[]): Promise<void> {
  const { json } = await server.call("py_list_jobs", { limit: LISTED });
  if (json.total !== ids.length) throw new Error(JSON.stringify(json));
}

/** Milliseconds until the first list is answered. */
async function startAndList(home: Home): Promise<number> {
  const began = performance.now();
  await using session = new RawSession(home.root);
  await session.initialize();
  await session.call("py_list_jobs", { limit: LISTED });
  return performance.now() - began;
}
