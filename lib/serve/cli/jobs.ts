import { type Command, InvalidArgumentError, Option } from "commander";
import { JOB_STATUSES, type JobStatus } from "../../jobs/model/job.ts";
import type { Cli } from "./cli.ts";
import { parseAmount, parseCount } from "./serve.ts";

/** `jobs`: what there is, and what can be done with it. */
export function addJobs(program: Command, cli: Cli): void {
  const name = program.name();
  const jobs = program.command("jobs")
    .description("List the jobs of all servers, newest first")
    .addOption(
      new Option("-s, --status <status>", "only jobs of this status").choices(JOB_STATUSES),
    )
    .option("-n, --limit <number>", "how many to show", parseCount, 20)
    .option("--json", "as JSON, as py_list_jobs has it")
    .allowExcessArguments()
    .addHelpText(
      "after",
      `
\`jobs list\` is the same. An ID is a job's id or the start of one, as the table shows it.

Examples:
  $ ${name} jobs --status running
  $ ${name} jobs logs -f 1f0c
  $ ${name} jobs --json | jq -r '.jobs[] | select(.status == "failed") | .id'`,
    )
    .action(async (options: { status?: JobStatus; limit: number; json?: boolean }) => {
      const [word] = jobs.args;
      if (word !== undefined && word !== "list") {
        const commands = jobs.commands.map((one) => one.name()).join(", ");
        jobs.error(`error: jobs has no command '${word}'; its commands are ${commands}`);
      }
      await (await import("./jobs_list.ts")).listJobs(cli, options);
    });

  jobs.command("show")
    .description("Show all about a job")
    .argument("<id>", "id or start of it")
    .option("--json", "as JSON, as py_job_status has it")
    .addHelpText("after", `\nExample:\n  $ ${name} jobs show 1f0c`)
    .action(async (id: string, options: { json?: boolean }) => {
      await (await import("./jobs_show.ts")).showJob(cli, id, options);
    });

  jobs.command("logs")
    .description("Print what a job printed: its stdout to stdout, its stderr to stderr")
    .argument("<id>", "id or start of it")
    .option("-f, --follow", "go on until the job ends; Ctrl-C stops following, not the job")
    .option("-n, --lines <number>", "only the last lines of each", parseCount)
    .addOption(new Option("--only <stream>", "only this one").choices(["stdout", "stderr"]))
    .addHelpText("after", `\nExample:\n  $ ${name} jobs logs -f --lines 20 1f0c`)
    .action(async (id: string, options) => {
      await (await import("./jobs_logs.ts")).printLogs(cli, id, options);
    });

  jobs.command("wait")
    .description("Wait for the end of a job; the exit code is its script's, 124 when time is up")
    .argument("<id>", "id or start of it")
    .option("-t, --timeout <seconds>", "how long to wait (default: without end)", parseAmount)
    .option("--json", "print the job as JSON")
    .addHelpText("after", `\nExample:\n  $ ${name} jobs wait --timeout 600 1f0c && echo done`)
    .action(async (id: string, options: { timeout?: number; json?: boolean }) => {
      await (await import("./jobs_wait.ts")).waitForJob(cli, id, options);
    });

  jobs.command("cancel")
    .description("Stop jobs and everything that they started")
    .argument("<id...>", "ids or starts of them")
    .option("--json", "as JSON, as py_cancel_job has it")
    .addHelpText("after", `\nExample:\n  $ ${name} jobs cancel 1f0c`)
    .action(async (ids: string[], options: { json?: boolean }) => {
      await (await import("./jobs_cancel.ts")).cancelJobs(cli, ids, options);
    });

  jobs.command("prune")
    .description("Remove ended jobs with their output: those named, or all of a kind")
    .argument("[id...]", "ids or starts of them")
    .option("--completed", "all that completed")
    .option("--failed", "all that failed or were cancelled")
    .option("--older-than <age>", "only those that ended before, e.g. 12h or 7d", parseAge)
    .option("--json", "as JSON, as py_prune_jobs has it")
    .addHelpText("after", `\nExample:\n  $ ${name} jobs prune --completed --older-than 7d`)
    .action(async (ids: string[], options) => {
      await (await import("./jobs_prune.ts")).jobsPrune(cli, ids, options);
    });
}

const HOURS: Record<string, number> = { s: 1 / 3600, m: 1 / 60, h: 1, d: 24, w: 168 };

/** An age such as `90m`, `12h`, `7d`, in hours. */
function parseAge(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  if (amount === undefined) {
    throw new InvalidArgumentError("An age is a number and s, m, h, d or w, e.g. 12h.");
  }
  return Number(amount) * HOURS[unit!]!;
}
