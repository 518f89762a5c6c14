import { join } from "node:path";
import { readIfThere } from "../../lib/base/private_files.ts";
import type { RawSession } from "../helpers/raw_session.ts";
import { waitFor } from "../helpers/wait_for.ts";
import {
  contradictionOf,
  isWorstCase,
  type Job,
  lostBytes,
  readTruth,
  type Truth,
} from "./check_job.ts";
import {
  countHandles,
  faultsOfDatabase,
  leakedHandles,
  leftoversIn,
  locksHeldIn,
  orphansOf,
} from "./check_home.ts";
import type { House, Started } from "./house.ts";
import { processesOf } from "./processes.ts";

/** An old server may have a descriptor more just now than a new one, such as a timer's. */
const MORE_HANDLES = 2;

/** What the run found, each problem in words. */
export interface Report {
  jobs: number;
  lost: string[];
  wrong: string[];
  orphans: string[];
  leftovers: string[];
  handles: string[];
  /** Bytes that were printed and are not kept. */
  lostBytes: number;
  /** The most of them that a job lost whose launcher and supervisor were both killed. */
  worstBytes: number;
}

/** Holds every job against the truth that its script wrote, and the home against what should be left. */
export async function checkHouse(house: House): Promise<Report> {
  const { state, sessions, home } = house;
  // Two new ones ask at once; the oldest one has seen most.
  const veteran = await house.veteran();
  const fresh = [await house.openSession(), await house.openSession()];
  sessions.push(...fresh);
  const [jobs, ...others] = await Promise.all(
    [...fresh, veteran].map((server) => settledJobs(server, house)),
  ) as [
    Job[],
    Job[],
    Job[],
  ];
  const wrong = others.flatMap((seen, n) =>
    JSON.stringify(seen) === JSON.stringify(jobs) ? [] : [`server ${n + 1} sees other jobs`]
  );
  const byLabel = new Map(jobs.map((job) => [job.label, job]));
  const lost: string[] = [];
  let [lostSum, worst] = [0, 0];
  for (const one of house.started) {
    const job = byLabel.get(one.tag);
    if (one.id !== undefined && !job) lost.push(`${one.kind} ${one.id}`);
    const log = job && !one.hit.has("folder") ? logOf(state, job.id) : undefined;
    const bytes = lostBytes(truthOf(house, one), log);
    if (isWorstCase(one)) worst = Math.max(worst, bytes);
    else lostSum += bytes;
    const contradiction = check(house, one, job);
    if (contradiction) wrong.push(`${one.kind} ${job?.id ?? one.tag}: ${contradiction}`);
  }
  if (byLabel.size !== jobs.length) wrong.push("two jobs have the same label");
  const handles = await findIdle(() => {
    const processes = processesOf(home.path);
    const idle = [...processes.get("server") ?? [], ...processes.get("launcher") ?? []];
    const more = countHandles(veteran.child.pid) - countHandles(fresh[0]!.child.pid);
    return [
      ...idle.flatMap((pid) => leakedHandles(pid, state)),
      ...locksHeldIn(state).map((path) => `${path} is held`),
      ...more > MORE_HANDLES ? [`the oldest server has ${more} more open than a new one`] : [],
    ];
  });
  await house.close();
  return {
    jobs: house.started.length,
    lost,
    wrong: [...wrong, ...house.fallen, ...faultsOfDatabase(state)],
    orphans: await findIdle(() => orphansOf(home.path)),
    leftovers: leftoversIn(state, house.started.filter(({ hit }) => hit.has("folder"))),
    handles,
    lostBytes: lostSum,
    worstBytes: worst,
  };
}

export function problemsOf({ lost, wrong, orphans, leftovers, handles }: Report): string[] {
  return Object.entries({ lost, wrong, orphans, leftovers, handles })
    .flatMap(([what, found]) => found.map((text) => `${what}: ${text}`));
}

function truthOf({ truths }: House, one: Started): Truth {
  return readTruth(readIfThere(join(truths, one.tag)) ?? "");
}

function check(house: House, one: Started, job: Job | undefined): string | undefined {
  const truth = truthOf(house, one);
  if (job) return contradictionOf(one, job, truth, logOf(house.state, job.id));
  if (one.answer) return contradictionOf(one, asJob(one.answer), truth, printedIn(one.answer));
  return truth.starts > 0 ? "it ran, but is nowhere" : undefined;
}

/** An answered call in the form of a job. */
function asJob(answer: Record<string, unknown>): Pick<Job, "status" | "error" | "result"> {
  const { error, exit_code, note, signal } = answer;
  const reason = error ?? note ?? signal;
  return {
    status: exit_code === 0 ? "completed" : "failed",
    error: typeof reason === "string" ? reason : null,
    result: answer,
  };
}

function printedIn({ stdout, truncated }: Record<string, unknown>): Uint8Array | undefined {
  return typeof stdout === "string" && truncated === undefined
    ? new TextEncoder().encode(stdout)
    : undefined;
}

function logOf(state: string, id: string): Uint8Array {
  try {
    return Deno.readFileSync(join(state, "jobs", id, "stdout.log"));
  } catch {
    return new Uint8Array();
  }
}

/** All jobs of the home as a server tells them, once none of them runs. */
async function settledJobs(server: RawSession, { state, started }: House): Promise<Job[]> {
  await waitFor(async () => {
    const open = ["pending", "running"].map((status_filter) =>
      server.call("py_list_jobs", { status_filter, limit: 1 })
    );
    return (await Promise.all(open)).every(({ total }) => total === 0);
  }, { what: "the end of all jobs", timeoutMs: 180_000 });
  const jobs: Job[] = [];
  // A list has no results.
  const ids = new Set([...Deno.readDirSync(join(state, "jobs"))].map(({ name }) => name));
  for (const { id, hit } of started) if (id && hit.has("folder")) ids.add(id);
  for (const job_id of ids) {
    const { job } = await server.call("py_job_status", { job_id });
    if (job) jobs.push(job as Job);
  }
  return jobs;
}

/** What is still there when there was time for it to go. */
async function findIdle(find: () => string[]): Promise<string[]> {
  try {
    await waitFor(() => find().length === 0, { what: "a tidy house" });
    return [];
  } catch {
    return find();
  }
}
