import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Evidence, type NextStep, nextStep } from "../../../lib/jobs/model/next_step.ts";
import { PYTHON } from "../job_bench.ts";

/** A job that was handed over to a server that lives no more. */
const ABANDONED: Evidence = {
  kind: "process",
  ownerLives: false,
  isListed: true,
  isMarkedRunning: false,
  hasFolder: true,
  hasSpec: true,
  needsLostValues: false,
  cancelAsked: false,
  hasStarted: false,
  isLocked: false,
  hasEnded: false,
  isWatched: true,
  willStart: false,
  mayStart: true,
};

const TABLE: [what: string, evidence: Partial<Evidence>, step: NextStep][] = [
  ["a queued job whose launcher lives waits", { willStart: true }, "wait"],
  ["a queued job that nobody will start is started again", {}, "restart"],
  ["a reader starts nothing", { mayStart: false }, "wait"],
  ["a job with values that are lost fails", { needsLostValues: true }, { fail: "values lost" }],
  ["so it does for a reader", { needsLostValues: true, mayStart: false }, { fail: "values lost" }],
  ["a queued job is cancelled", { cancelAsked: true }, "cancel"],
  ["though a launcher has it", { cancelAsked: true, willStart: true }, "cancel"],
  ["a job being started is left alone", { isLocked: true, cancelAsked: true }, "wait"],
  ["a running job is marked so", { isLocked: true, hasStarted: true }, "mark running"],
  ["without a living launcher it is watched", {
    isLocked: true,
    hasStarted: true,
    isMarkedRunning: true,
    isWatched: false,
  }, "watch"],
  ["once", { isLocked: true, hasStarted: true, isMarkedRunning: true }, "wait"],
  ["a job without supervisor and outcome was killed", { hasStarted: true }, "stop remains"],
  ["though somebody wanted its end", { hasStarted: true, cancelAsked: true }, "stop remains"],
  ["an ended job is settled", { hasStarted: true, hasEnded: true }, "settle"],
  ["while its supervisor still lives", { hasEnded: true, isLocked: true }, "settle"],
  ["a job that was only announced fails", { hasSpec: false }, { fail: "not handed over" }],
  ["without a folder too", { hasSpec: false, hasFolder: false }, { fail: "folder gone" }],
  ["an unlisted one leaves nothing", { hasSpec: false, isListed: false }, "discard"],
  [
    "while its server makes it, it waits",
    { hasSpec: false, ownerLives: true, willStart: true },
    "wait",
  ],
  ["a run whose caller's server is gone is listed", { isListed: false, hasStarted: true }, "list"],
  ["when it has ended too", { isListed: false, hasEnded: true }, "list"],
  [
    "a run whose caller waits is not",
    { isListed: false, hasEnded: true, ownerLives: true },
    "settle",
  ],
  ["a job on a cluster waits though its server is gone", { kind: "ray" }, "wait"],
  ["it is marked once it runs there", { kind: "ray", hasStarted: true }, "mark running"],
  ["it is settled once its end has come", { kind: "ray", hasEnded: true }, "settle"],
  ["its cancel is the cluster's", { kind: "ray", cancelAsked: true }, "wait"],
  ["one that was not submitted fails", { kind: "ray", hasSpec: false }, {
    fail: "not handed over",
  }],
  ["a task of a living process runs", { kind: "task", ownerLives: true }, "wait"],
  ["a task of a dead process fails", { kind: "task" }, { fail: "owner ended" }],
  ["a task whose end is written is settled", { kind: "task", hasEnded: true }, "settle"],
];
for (const [what, evidence, step] of TABLE) {
  Deno.test(`nextStep: ${what}`, () => {
    assert.deepEqual(nextStep({ ...ABANDONED, ...evidence }), step);
  });
}

/** What must hold whatever else is known; checked for all 16384 combinations. */
const RULES: [rule: string, holds: (job: Evidence, step: NextStep) => boolean][] = [
  [
    "what may run or has run is never started again",
    (job, step) =>
      step !== "restart" || !(job.hasStarted || job.hasEnded || job.isLocked || job.willStart),
  ],
  ["a reader starts nothing", (job, step) => job.mayStart || step !== "restart"],
  [
    "who may start work differs from a reader in nothing else",
    (job, step) =>
      step === "restart" || step === "watch" || isSame(step, nextStep({ ...job, mayStart: false })),
  ],
  [
    "nothing is started that was asked to end",
    (job, step) => !job.cancelAsked || step !== "restart",
  ],
  [
    "nothing is started without what it needs",
    (job, step) => step !== "restart" || (job.hasSpec && !job.needsLostValues),
  ],
  [
    "an end that is written down is the end",
    (job, step) => !job.hasEnded || step === "settle" || step === "list",
  ],
  ["nothing is settled that has not ended", (job, step) => job.hasEnded || step !== "settle"],
  [
    "who holds a job is left alone",
    (job, step) =>
      !job.isLocked || job.hasEnded || job.kind === "task" ||
      ["wait", "mark running", "watch", "list"].includes(step as string),
  ],
  [
    "remains are only stopped of what has started",
    (job, step) => step !== "stop remains" || (job.hasStarted && !job.isLocked && !job.hasEnded),
  ],
  [
    "what was handed over does not vanish",
    (job, step) =>
      step !== "discard" || !(job.hasSpec || job.hasStarted || job.hasEnded || job.isListed),
  ],
  [
    "a step leads on: the same one is not taken twice",
    (job, step) => step !== "list" || nextStep({ ...job, isListed: true }) !== "list",
  ],
  [
    "a job that nobody has, and that needs no permission, does not wait for ever",
    (job, step) =>
      step !== "wait" || !job.mayStart || job.ownerLives || job.isLocked || job.willStart,
  ],
];
for (const [rule, holds] of RULES) {
  Deno.test(`nextStep, in every combination of evidence: ${rule}`, () => {
    for (const job of everyEvidence()) {
      const step = nextStep(job);
      assert(holds(job, step), `${JSON.stringify(step)} for ${JSON.stringify(job)}`);
    }
  });
}

Deno.test("nextStep in Python decides as TypeScript does, of what a launcher knows", () => {
  const names = ["has_started", "is_locked", "has_ended", "cancel_asked"];
  const cases = Array.from(
    { length: 16 },
    (_, bits) => names.map((_, at) => Boolean(bits & (1 << at))),
  );
  const steps = cases.map(([hasStarted, isLocked, hasEnded, cancelAsked]) =>
    nextStep({
      ...ABANDONED,
      ownerLives: true,
      isMarkedRunning: true,
      hasStarted: hasStarted!,
      isLocked: isLocked!,
      hasEnded: hasEnded!,
      cancelAsked: cancelAsked!,
    })
  );
  const room = fileURLToPath(new URL("../../../lib/jobs/supervisor", import.meta.url));
  const source = `import json, sys; sys.path.insert(0, sys.argv[1])
from next_step import next_step
names = ${JSON.stringify(names)}
print(json.dumps([next_step(**dict(zip(names, case))) for case in json.loads(sys.argv[2])]))`;
  const { stdout } = new Deno.Command(PYTHON, {
    args: ["-B", "-c", source, room, JSON.stringify(cases)],
  }).outputSync();
  const inPython = JSON.parse(new TextDecoder().decode(stdout)) as string[];
  assert.deepEqual(inPython.map((step) => step === "start" ? "restart" : step), steps);
});

function* everyEvidence(): Generator<Evidence> {
  const facts = Object.keys(ABANDONED).filter((name) => name !== "kind");
  for (const kind of ["process", "task"] as const) {
    for (let bits = 0; bits < 1 << facts.length; bits++) {
      const values = facts.map((name, at) => [name, Boolean(bits & (1 << at))]);
      yield { kind, ...Object.fromEntries(values) } as Evidence;
    }
  }
}

function isSame(a: NextStep, b: NextStep): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
