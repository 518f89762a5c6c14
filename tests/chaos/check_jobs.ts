import { join } from "node:path";
import { readIfThere } from "../../lib/base/private_files.ts";
import type { RawSession } from "../helpers/raw_session.ts";
import { processesWith, type TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** A job that the run asked for, and what it was told. */
export interface Started {
  tag: string;
  kind: string;
  exitCode: number;
  /** The id, where a server answered with one. */
  id?: string;
  /** The result, where a server answered within the call. */
  answer?: Record<string, unknown>;
  mayBeCancelled?: boolean;
  hasValues?: boolean;
}

interface Job {
  id: string;
  label: string;
  status: string;
  error: string | null;
  result: { exit_code: number | null } | null;
}

export interface Report {
  asked: number;
  listed: number;
  lost: number;
  wrong: number;
  orphans: number;
  leftovers: number;
  handles: number;
  problems: string[];
}

/** Holds every job against the truth that its script wrote, and the home against what should be left. */
export async function checkJobs(
  server: RawSession,
  home: TestHome,
  truths: string,
  started: Started[],
): Promise<Report> {
  const jobs = await settledJobs(server);
  const byLabel = new Map(jobs.map((job) => [job.label, job]));
  const problems: string[] = [];
  let lost = 0;
  let wrong = 0;
  for (const one of started) {
    const job = byLabel.get(one.tag);
    const lines = (readIfThere(join(truths, one.tag)) ?? "").trim().split("\n");
    if (one.id !== undefined && !job) {
      lost++;
      problems.push(`lost: ${one.kind} ${one.id}`);
    }
    const contradiction = contradictionOf(one, job, lines);
    if (contradiction !== undefined) {
      wrong++;
      problems.push(`wrong: ${one.kind} ${job?.id ?? one.tag}: ${contradiction}`);
    }
  }
  const orphans = processesWith(home.path)
    .filter(({ command }) => !command.includes("main.ts") && !command.includes("launcher.py"));
  problems.push(...orphans.map(({ pid, command }) => `orphan: ${pid} ${command}`));
  const leftovers = leftoversOf(home.join("state"), new Set(jobs.map(({ id }) => id)));
  problems.push(...leftovers.map((path) => `leftover: ${path}`));
  const handles = [...Deno.readDirSync(`/proc/${server.child.pid}/fd`)].length;
  if (handles > 60) problems.push(`handles: the server has ${handles}`);
  return {
    asked: started.length,
    listed: jobs.length,
    lost,
    wrong,
    orphans: orphans.length,
    leftovers: leftovers.length,
    handles,
    problems,
  };
}

async function settledJobs(server: RawSession): Promise<Job[]> {
  return await waitFor(async () => {
    const { jobs } = await server.call("py_list_jobs", { limit: 1000 }) as unknown as {
      jobs: Job[];
    };
    const open = jobs.filter(({ status }) => status === "pending" || status === "running");
    return open.length === 0 && jobs;
  }, { what: "the end of all jobs", timeoutMs: 120_000 });
}

/** What is not as the script says; `undefined` when all is well. */
function contradictionOf(one: Started, job: Job | undefined, lines: string[]): string | undefined {
  const starts = lines.filter((line) => line === "start").length;
  const ended = lines.find((line) => line.startsWith("end "))?.slice(4);
  if (starts > 1) return `started ${starts} times`;
  if (one.answer) {
    const told = one.answer.exit_code;
    if (ended !== undefined && told !== undefined && told !== Number(ended) && Number(told) < 128) {
      return `answered with exit code ${told}, ended with ${ended}`;
    }
    return undefined;
  }
  if (!job) return undefined;
  if (job.status === "completed" && ended !== "0") return `completed, but the script says ${ended}`;
  if (job.status === "cancelled" && !one.mayBeCancelled) return "cancelled, but nobody asked";
  if (job.status === "failed" && starts === 0 && !one.hasValues && job.result !== null) {
    return `failed with a result (${job.error}), but it never started`;
  }
  const code = job.result?.exit_code;
  if (typeof code === "number" && code < 128 && ended !== undefined && code !== Number(ended)) {
    return `exit code ${code}, but the script says ${ended}`;
  }
  return undefined;
}

function leftoversOf(state: string, ids: Set<string>): string[] {
  const found: string[] = [];
  for (const { name } of Deno.readDirSync(join(state, "jobs"))) {
    if (!ids.has(name)) found.push(join("jobs", name));
    for (const file of Deno.readDirSync(join(state, "jobs", name))) {
      if (file.name.endsWith(".new")) found.push(join("jobs", name, file.name));
    }
  }
  for (const { name } of Deno.readDirSync(join(state, "queue", "waiting"))) {
    found.push(join("queue/waiting", name));
  }
  return found;
}
