/**
 * Runs the official conformance suite against our HTTP server for each version of the protocol, prints
 * the counts, and fails when a check fails that is not listed in `not_applicable.ts`.
 */
import { join } from "node:path";
import { runProcess } from "../helpers/run_process.ts";
import { toolArgs } from "../helpers/tools.ts";
import { startFixtureServer } from "./fixture_server.ts";
import { NOT_APPLICABLE } from "./not_applicable.ts";

const VERSIONS = ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];
/** Those of the tasks extension, which belong to no version's suite. */
const TASKS = [
  "lifecycle",
  "capability-negotiation",
  "wire-fields",
  "request-state-removal",
  "mrtr-input",
  "request-headers",
  "dispatch-and-envelope",
  "required-task-error",
  "mrtr-composition",
].map((name) => `tasks-${name}`);

interface Check {
  id: string;
  status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  errorMessage?: string;
}

export interface Report {
  /** What was run, such as `2026-07-28` or `tasks extension`. */
  name: string;
  scenarios: number;
  passed: number;
  /** One line for each. */
  failed: string[];
  warnings: string[];
  notApplicable: { check: string; reason: string }[];
}

/** Runs everything. */
export async function runConformance(): Promise<Report[]> {
  const folder = await Deno.makeTempDir({ prefix: "python-mcp-conformance-" });
  const server = startFixtureServer(join(folder, "home"));
  try {
    const reports: Report[] = [];
    for (const version of VERSIONS) {
      const results = join(folder, version);
      await runSuite(server.url, results, ["--suite", "all", "--spec-version", version]);
      reports.push(readReport(version, results));
    }
    const results = join(folder, "tasks");
    for (const scenario of TASKS) await runSuite(server.url, results, ["--scenario", scenario]);
    reports.push(readReport("tasks extension", results));
    return reports;
  } finally {
    await server.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function runSuite(url: string, results: string, which: string[]): Promise<void> {
  await Deno.mkdir(results, { recursive: true });
  const suite = [Deno.execPath(), ...toolArgs("conformance"), "server"];
  const { stdout, stderr } = await runProcess([...suite, "--url", url, "-o", results, ...which], {
    cwd: results,
  });
  // Its exit code knows nothing of what does not apply; without any result, it did not run.
  if ([...Deno.readDirSync(results)].length === 0) {
    throw new Error(`The suite did not run: ${stdout}${stderr}`);
  }
}

function readReport(name: string, results: string): Report {
  const report: Report = {
    name,
    scenarios: 0,
    passed: 0,
    failed: [],
    warnings: [],
    notApplicable: [],
  };
  for (const entry of [...Deno.readDirSync(results)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    // `server-SCENARIO-TIME`
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(entry.name)?.[1];
    if (scenario === undefined) continue;
    report.scenarios++;
    const checks = JSON.parse(Deno.readTextFileSync(join(results, entry.name, "checks.json")));
    for (const { id, status, errorMessage } of checks as Check[]) {
      const check = `${scenario}:${id}`;
      const reason = NOT_APPLICABLE[check];
      if (status === "SUCCESS") report.passed++;
      else if (status === "SKIPPED") {
        report.notApplicable.push({ check, reason: "the suite itself skips it" });
      } else if (status === "WARNING") report.warnings.push(`${check}: ${errorMessage}`);
      else if (status === "FAILURE" && reason) report.notApplicable.push({ check, reason });
      else if (status === "FAILURE") report.failed.push(`${check}: ${errorMessage}`);
    }
  }
  return report;
}

/** The counts, and each check that did not pass, for people. */
export function describe(reports: Report[]): string {
  const lines: string[] = [];
  for (const { name, scenarios, passed, failed, warnings, notApplicable } of reports) {
    lines.push(
      `conformance ${name}: ${scenarios} scenarios, ${passed} checks passed, ${failed.length} failed, ` +
        `${warnings.length} warnings, ${notApplicable.length} not applicable`,
    );
    lines.push(...failed.map((text) => `  FAILED ${text}`));
    lines.push(...warnings.map((text) => `  warning ${text}`));
    lines.push(...notApplicable.map(({ check, reason }) => `  not applicable ${check}: ${reason}`));
  }
  return lines.join("\n") + "\n";
}

if (import.meta.main) {
  const reports = await runConformance();
  Deno.stdout.writeSync(new TextEncoder().encode(describe(reports)));
  Deno.exit(reports.some(({ failed }) => failed.length > 0) ? 1 : 0);
}
