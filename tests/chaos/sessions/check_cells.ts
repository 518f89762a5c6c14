import { join } from "node:path";
import { readJsonIfThere } from "../../../lib/base/private_files.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import type { SentCell, SessionHouse } from "./session_house.ts";

interface Truth {
  starts: number;
  /** The place of its first start among all. */
  at: number;
  count?: number;
}

/** Holds every cell against what it wrote; each problem in words. */
export async function checkCells(house: SessionHouse): Promise<string[]> {
  const server = await house.server(0);
  await waitFor(async () => {
    for (const status_filter of ["pending", "running"]) {
      const { total } = await server.call("py_list_jobs", { status_filter, limit: 1 });
      if (total !== 0) return false;
    }
    return true;
  }, { what: "the end of all cells", timeoutMs: 120_000 });
  const ids = idsByLabel(join(house.state, "jobs"));
  const jobs = new Map<string, Job | undefined>();
  for (const { tag, id = ids.get(tag) } of house.cells) {
    if (id === undefined) continue;
    const { job } = await server.call("py_job_status", { job_id: id, wait_seconds: 50 });
    jobs.set(tag, job as Job | undefined);
  }
  // A cell whose call still waited is listed nowhere: what it wrote is read when all have ended.
  const truths = readTruths(house);
  const problems: string[] = [];
  for (const cell of house.cells) {
    const problem = contradiction(house, cell, truths.get(cell.tag), jobs.get(cell.tag));
    if (problem) problems.push(`${cell.tag} (${ids.get(cell.tag) ?? cell.id}): ${problem}`);
  }
  return [...problems, ...disorder(house.cells, truths)];
}

interface Job {
  status: string;
  error: string | null;
  result: { result?: string; stdout?: string } | null;
}

function contradiction(
  house: SessionHouse,
  { tag, id, answer }: SentCell,
  truth: Truth | undefined,
  job: Job | undefined,
): string | undefined {
  const count = (what: string) => house.ends[what] = (house.ends[what] ?? 0) + 1;
  if (truth && truth.starts > 1) return `it ran ${truth.starts} times`;
  if (id !== undefined && !job) return "it is lost";
  const isRight = (result: unknown) => result === `('${tag}', ${truth?.count})`;
  if (answer) {
    count(answer.error === undefined ? "answered" : "answered_with_error");
    if (answer.error === undefined && !isRight(answer.result)) {
      return `it was answered with ${JSON.stringify(answer)}`;
    }
    return undefined;
  }
  if (!job) return truth ? "it ran, but is nowhere" : void count("never_promised");
  count(job.status);
  if (job.status === "completed") {
    if (!isRight(job.result?.result)) return `its result is ${JSON.stringify(job.result)}`;
    return job.result?.stdout === `${tag}\n` ? undefined : `it printed ${job.result?.stdout}`;
  }
  if (job.status !== "failed") return `it is ${job.status}`;
  // The last: each of its launchers was killed before it was ready.
  if (!/killed|SIGKILL|has ended|ended before|cannot run the launcher/.test(job.error ?? "")) {
    return `it failed: ${job.error}`;
  }
  return undefined;
}

/** Of the jobs whose files are there; a list of all would be cut. */
function idsByLabel(jobs: string): Map<string, string> {
  return new Map(
    [...Deno.readDirSync(jobs)].map(({ name }) => {
      const spec = readJsonIfThere<{ label: string }>(join(jobs, name, "spec.json"));
      return [spec?.label ?? "", name];
    }),
  );
}

function readTruths({ truths }: SessionHouse): Map<string, Truth> {
  const found = new Map<string, Truth>();
  for (const [at, [what, tag, value]] of truths.entries()) {
    const one = found.get(tag!) ?? { starts: 0, at };
    if (what === "start") one.starts++;
    else one.count = Number(value);
    found.set(tag!, one);
  }
  return found;
}

/** A cell that was promised before another one was sent to its session comes before it. */
function disorder(cells: SentCell[], truths: Map<string, Truth>): string[] {
  const ran = cells.filter(({ tag }) => truths.has(tag));
  return ran.flatMap((later) => {
    const place = truths.get(later.tag)!.at;
    const overtaken = ran.find((one) =>
      one.session === later.session && one.id !== undefined && one.promisedAt! < later.sentAt &&
      truths.get(one.tag)!.at > place
    );
    return overtaken ? [`${later.tag}: it ran before ${overtaken.tag}`] : [];
  });
}
