import assert from "node:assert/strict";
import { skippableTest } from "../helpers/skippable.ts";
import { noTools } from "../helpers/tools.ts";
import { NOT_APPLICABLE } from "./not_applicable.ts";
import { describe, runConformance } from "./run.ts";

skippableTest(
  "the HTTP server passes every check of the conformance suite that applies to it",
  noTools,
  async () => {
    const reports = await runConformance();
    const text = describe(reports);
    // The counts belong into what CI shows.
    Deno.stdout.writeSync(new TextEncoder().encode(`\n${text}`));
    assert.deepEqual(reports.flatMap(({ failed }) => failed), [], text);
    assert.ok(reports.every(({ passed }) => passed > 0), text);
    // What passes now is no longer to be excused.
    const excused = new Set(
      reports.flatMap(({ notApplicable }) => notApplicable.map(({ check }) => check)),
    );
    assert.deepEqual(Object.keys(NOT_APPLICABLE).filter((check) => !excused.has(check)), []);
  },
);
