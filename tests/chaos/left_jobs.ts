import { fail } from "node:assert/strict";
import { join } from "node:path";
import { jobFolder, openHome } from "../../lib/jobs/files/home.ts";
import { Owner } from "../../lib/jobs/files/owner.ts";
import { JobFiles } from "../../lib/jobs/files/job_files.ts";
import { recordOf, type StoredSpec } from "../../lib/jobs/files/job_record.ts";
import { JobDatabase } from "../../lib/jobs/store/job_database.ts";
import { JobStore } from "../../lib/jobs/store/job_store.ts";
import type { House, Started } from "./house.ts";

/** After which of the steps of a job's hand-over its server and launcher are dead. */
const STEPS = ["row", "folder", "spec", "accepted", "started"] as const;
const TIMES = 3;

/** Leaves jobs as a killed server does between each two steps of the hand-over; returns how many. */
export function leaveJobs(house: House): number {
  const home = openHome(house.state);
  const template = findSpec(house);
  if (!template) return 0;
  const store = new JobStore(new JobDatabase(home, fail));
  // It lives until all are left: others look after the jobs of the dead at once.
  const owner = new Owner(home);
  for (let n = 0; n < TIMES; n++) {
    for (const step of STEPS) {
      for (const listed of [true, false]) house.started.push(leave(step, listed));
    }
  }
  store.close();
  owner.close();
  return TIMES * STEPS.length * 2;

  function leave(step: typeof STEPS[number], listed: boolean): Started {
    const [id, tag] = [crypto.randomUUID(), crypto.randomUUID()];
    const createdAt = Date.now();
    const known = { kind: "process", tool: "chaos", label: tag, listed } as const;
    const order = store.insert({ ...known, id, owner: owner.id, createdAt });
    const files = new JobFiles(jobFolder(home, id)!);
    const past = STEPS.indexOf(step);
    if (past >= 1) files.create();
    if (past >= 2) {
      const argv = [
        ...template!.process.run.argv.slice(0, -3),
        "quick",
        join(house.truths, tag),
        "0",
      ];
      const run = { ...template!.process.run, argv };
      const process = { ...template!.process, id, dir: files.folder, order, run };
      const record = recordOf({
        ...known,
        id,
        seq: order,
        parent: null,
        owner: owner.id,
        createdAt,
      });
      files.spec = { ...template!, ...record, process };
    }
    if (past >= 3) Deno.writeTextFileSync(files.path("accepted"), owner.id);
    if (past >= 4) {
      Deno.writeTextFileSync(files.path("started"), '{"at": 1, "pid": 1, "born": "x"}');
    }
    return {
      kind: "quick",
      exitCode: 0,
      inCall: !listed,
      server: 0,
      tag,
      id: past >= 2 ? id : undefined,
      mayBeCancelled: false,
      hit: new Set(past >= 4 ? ["supervisor"] : []),
    };
  }
}

/** The spec of a job without values, of which others can be made. */
function findSpec(house: House): StoredSpec | undefined {
  for (const { id, kind } of house.started) {
    const files = id && kind === "quick" && new JobFiles(join(house.state, "jobs", id));
    if (files && files.spec) return files.spec;
  }
  return undefined;
}
