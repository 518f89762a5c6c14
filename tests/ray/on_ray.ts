import assert from "node:assert/strict";
import { connect, type Connection } from "../helpers/connect.ts";
import { MAIN } from "../helpers/program.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";
import { RayCluster } from "./ray_cluster.ts";

/** A job of the real cluster takes 4 s on a quiet machine, most of them Ray's. */
const JOB_MS = 120_000;

export interface Job {
  id: string;
  status: string;
  progress: { current: number; message: string | null } | null;
  error: string | null;
  result: Record<string, unknown> | null;
  partial_stdout?: string;
}

/** Ray asks its nodes more often: it takes 15 s to see that one has died. */
const DEATH_SEEN_SOON = { RAY_health_check_period_ms: "500" };

const stack = new AsyncDisposableStack();
Deno.test.afterAll(() => stack[Symbol.asyncDispose]());

/** What begins with the first test that asks for it: a job takes two seconds of a core. */
export function once<T>(begin: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => begun ??= begin();
}

/** One cluster, one home and one server for all tests on Ray. */
export const begin = once(async () => {
  const home = stack.use(await TestHome.create());
  // It has a token until it is restarted.
  const cluster = stack.use(
    await RayCluster.start({
      RAY_AUTH_MODE: "token",
      RAY_AUTH_TOKEN: "t0ken".repeat(10),
      ...DEATH_SEEN_SOON,
    }),
  );
  const server = stack.use(await serve(cluster, home));
  return { cluster, home, server };
});

export function serve(
  { wrapper, env }: RayCluster,
  home: TestHome,
  more: Record<string, string> = {},
): Promise<Connection> {
  const flags = ["-A"];
  return connect({
    home: home.join("home"),
    wrapper,
    flags,
    env: { ...env, PYTHON_MCP_MAX_PROCESSES: "8", ...more },
  });
}

/** Runs the program in the cluster's network; returns what it prints. */
export async function runProgram(
  cluster: RayCluster,
  env: Record<string, string>,
  args: string[],
): Promise<string> {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const deno = [Deno.execPath(), "run", "-A", "--no-prompt", MAIN];
  const { stdout } = await cluster.run(["env", "-u", "DENO_CERT", ...variables, ...deno, ...args]);
  return new TextDecoder().decode(stdout);
}

/** Starts inline code on the cluster; returns its job's id. */
export async function start(
  server: Connection,
  source: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const { json, isError } = await server.call("py_run_script_with_dependencies_async", {
    script_content: source,
    run_on: "ray",
    ...more,
  });
  assert.equal(isError, false, JSON.stringify(json));
  assert.equal(json.status, "pending");
  return json.job_id as string;
}

export async function look(server: Connection, job_id: string, more = {}): Promise<Job> {
  const { json } = await server.call("py_job_status", { job_id, ...more });
  assert.ok(json.job, JSON.stringify(json));
  return json.job as Job;
}

export function ended(server: Connection, id: string): Promise<Job> {
  return waitFor(async () => {
    const job = await look(server, id, { wait_seconds: 10 });
    return !["pending", "running"].includes(job.status) && job;
  }, { what: `the end of job ${id}`, timeoutMs: JOB_MS });
}

export function runs(server: Connection, id: string, text: string): Promise<unknown> {
  return waitFor(async () => (await look(server, id)).partial_stdout?.includes(text), {
    what: `${text} of job ${id}`,
    timeoutMs: JOB_MS,
  });
}
