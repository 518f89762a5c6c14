import { JOB_STATUSES } from "../../../jobs/model/job.ts";
import type { Cli } from "../command/cli.ts";
import { defineCommand } from "../command/define_command.ts";
import {
  anyNumber,
  atLeastOne,
  choice,
  flag,
  parsed,
  required,
  withDefault,
} from "../command/options.ts";
import { RERUN_OPTIONS } from "./rerun_options.ts";
import { parseAge, parseAmount, parseCount } from "../command/parse_values.ts";
import { SHORT_ID } from "./find_job.ts";

const COMPLETED_JOBS = 50;

/** The ids of the newest jobs, as the table shows them. */
function complete({ app }: Cli): string[] {
  return app.jobs.store.list({ limit: COMPLETED_JOBS }).map(({ id }) => id.slice(0, SHORT_ID));
}

const id = required("id or start of it", { complete });

const SHOW = defineCommand({
  name: "show",
  description: "Show everything about a job",
  arguments: { id },
  options: { json: flag("as JSON, like py_job_status") },
  examples: ["$0 jobs show 1f0c"],
  async handle(input, cli) {
    await (await import("./show_job.ts")).showJob(cli, input);
  },
});

const LOGS = defineCommand({
  name: "logs",
  description: "Print what a job printed: its stdout to stdout, its stderr to stderr",
  arguments: { id },
  options: {
    follow: flag("follow until the job ends; Ctrl-C stops following, not the job", "f"),
    lines: parsed("only the last lines of each", {
      short: "n",
      placeholder: "<number>",
      read: parseCount,
    }),
    only: choice("only this one", {
      placeholder: "<stream>",
      choices: ["stdout", "stderr"] as const,
    }),
    raw: flag("print control sequences to a terminal too, not only text and colours"),
  },
  examples: ["$0 jobs logs -f --lines 20 1f0c"],
  async handle(input, cli) {
    await (await import("./print_logs.ts")).printLogs(cli, input);
  },
});

const WAIT = defineCommand({
  name: "wait",
  description: "Wait for a job to end; the exit code is its script's, or 124 when time is up",
  arguments: { id },
  options: {
    timeout: parsed("how long to wait (default: without end)", {
      short: "t",
      placeholder: "<seconds>",
      read: parseAmount,
    }),
    json: flag("print the job as JSON"),
  },
  examples: ["$0 jobs wait --timeout 600 1f0c && echo done"],
  async handle(input, cli) {
    await (await import("./wait_for_job.ts")).waitForJob(cli, input);
  },
});

const CANCEL = defineCommand({
  name: "cancel",
  description: "Stop jobs and everything that they started",
  arguments: { id: atLeastOne("ids, or the beginnings of ids", { complete }) },
  options: { json: flag("as JSON, like py_cancel_job") },
  examples: ["$0 jobs cancel 1f0c"],
  async handle(input, cli) {
    await (await import("./cancel_jobs.ts")).cancelJobs(cli, input);
  },
});

const RERUN = defineCommand({
  name: "rerun",
  description: "Run a job's script again, with the same arguments, folder and environment",
  arguments: { id },
  options: RERUN_OPTIONS,
  about:
    "What is never written to disk must be given again: variables, .env files and standard input.",
  examples: ["$0 jobs rerun 1f0c"],
  async handle(input, cli) {
    await (await import("./rerun_job.ts")).rerunOf(cli, input);
  },
});

const PRUNE = defineCommand({
  name: "prune",
  description: "Remove ended jobs with their output: those named, or all of a kind",
  arguments: { id: anyNumber("ids, or the beginnings of ids", { complete }) },
  options: {
    completed: flag("all completed jobs"),
    failed: flag("all failed and cancelled jobs"),
    olderThan: parsed("only those that ended before, e.g. 12h or 7d", {
      placeholder: "<age>",
      read: parseAge,
    }),
    json: flag("as JSON, like py_prune_jobs"),
  },
  examples: ["$0 jobs prune --completed --older-than 7d"],
  async handle(input, cli) {
    await (await import("./prune_jobs.ts")).pruneJobsOf(cli, input);
  },
});

/** `jobs`: what there is, and what can be done with it. */
export const JOBS = defineCommand({
  name: "jobs",
  description: "List the jobs of all servers, newest first",
  alsoCalled: "list",
  options: {
    status: choice("only jobs with this status", {
      short: "s",
      placeholder: "<status>",
      choices: JOB_STATUSES,
    }),
    limit: withDefault(
      parsed("how many to show", { short: "n", placeholder: "<number>", read: parseCount }),
      20,
    ),
    json: flag("as JSON, like py_list_jobs"),
  },
  about: "`jobs list` is the same. An ID is a job's id or the start of one, as the table shows it.",
  examples: [
    "$0 jobs --status running",
    "$0 jobs logs -f 1f0c",
    `$0 jobs --json | jq -r '.jobs[] | select(.status == "failed") | .id'`,
  ],
  commands: [SHOW, LOGS, WAIT, CANCEL, RERUN, PRUNE],
  async handle(input, cli) {
    await (await import("./list_jobs.ts")).listJobs(cli, input);
  },
});
