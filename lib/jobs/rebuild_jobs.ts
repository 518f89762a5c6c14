import { type Home, jobFolder } from "./home.ts";
import { JobFiles } from "./job_files.ts";
import type { JobStore } from "./job_store.ts";

/**
 * Makes the rows of a lost database again, out of the folders of the jobs, in the order of creation.
 * All of them are pending at first; looking at them settles those that have ended. Returns how many.
 */
export function rebuildJobs(home: Home, store: JobStore): number {
  const specs = [...Deno.readDirSync(home.jobs)]
    .map(({ name }) => jobFolder(home, name))
    .filter((folder) => folder !== undefined)
    .map((folder) => new JobFiles(folder).spec)
    .filter((spec) => spec !== undefined)
    .sort((a, b) => a.process.order - b.process.order);
  for (const spec of specs) {
    store.insert({
      seq: spec.process.order,
      id: spec.process.id,
      kind: "process",
      tool: spec.tool,
      label: spec.label,
      listed: spec.listed,
      owner: spec.owner,
      parent: spec.parent,
      createdAt: spec.created_at,
    });
  }
  return specs.length;
}
