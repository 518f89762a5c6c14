import { fail } from "node:assert/strict";
import { join } from "node:path";
import { jobFolder, openHome } from "../../lib/jobs/home.ts";
import { JobFiles, recordOf, type StoredSpec } from "../../lib/jobs/job_files.ts";
import { JobDatabase } from "../../lib/jobs/job_database.ts";
import { JobStore } from "../../lib/jobs/job_store.ts";
import type { House, Started } from "./house.ts";

/** After which of the steps of a job's hand-over its server and launcher are dead. */
const STEPS = ["row", "folder", "spec", "accepted"] as const;

/** Leaves jobs as killed servers do between each two steps of the hand-over; returns how many. */
export function leaveJobs(house: House): number {
  const home = openHome(house.state);
  const template = findSpec(house);
  if (!template) return 0;
  const store = new JobStore(new JobDatabase(home, fail));
  const dead = crypto.randomUUID();
  for (const step of STEPS) {
    const id = crypto.randomUUID();
    const tag = crypto.randomUUID();
    const createdAt = Date.now();
    const known = { kind: "process", tool: "chaos", label: tag, listed: true } as const;
    const order = store.insert({ ...known, id, owner: dead, createdAt });
    const files = new JobFiles(jobFolder(home, id)!);
    if (step !== "row") files.create();
    if (step === "spec" || step === "accepted") {
      const argv = [
        ...template.process.run.argv.slice(0, -3),
        "quick",
        join(house.truths, tag),
        "0",
      ];
      const run = { ...template.process.run, argv };
      const process = { ...template.process, id, dir: files.folder, order, run, time_limit: 0 };
      const record = recordOf({ ...known, id, seq: order, parent: null, owner: dead, createdAt });
      files.spec = { ...template, ...record, process };
    }
    if (step === "accepted") Deno.writeTextFileSync(files.path("accepted"), dead);
    house.started.push(leftJob(tag, step === "row" || step === "folder" ? undefined : id));
  }
  store.close();
  return STEPS.length;
}

function leftJob(tag: string, id: string | undefined): Started {
  return {
    kind: "quick",
    exitCode: 0,
    inCall: false,
    server: 0,
    tag,
    id,
    mayBeCancelled: false,
    hit: new Set(),
  };
}

/** The spec of a job without values, of which others can be made. */
function findSpec(house: House): StoredSpec | undefined {
  for (const { id, kind } of house.started) {
    const files = id && kind === "quick" && new JobFiles(join(house.state, "jobs", id));
    if (files && files.spec) return files.spec;
  }
  return undefined;
}
