import { fail } from "node:assert/strict";
import { openHome } from "../../lib/jobs/home.ts";
import { JobStore } from "../../lib/jobs/job_store.ts";
import { JobDatabase } from "../../lib/jobs/job_database.ts";
import { connect, type Connection } from "../helpers/connect.ts";
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

/** Makes a home with so many completed jobs; returns their ids. */
function fillHome(path: string, count: number): string[] {
  const home = openHome(path);
  const store = new JobStore(new JobDatabase(home, fail));
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  const now = Date.now();
  for (const id of ids) {
    const tool = "py_run_script_in_dir_async";
    const job = { id, kind: "process", tool, label: null, listed: true, owner: "bench" } as const;
    store.insert({ ...job, createdAt: now - 2000 });
    store.end(id, {
      status: "completed",
      result: { stdout: "x".repeat(1000), stderr: "", exit_code: 0, elapsed_seconds: 1 },
      error: null,
      startedAt: now - 2000,
      completedAt: now - 1000,
    });
  }
  store.close();
  return ids;
}
