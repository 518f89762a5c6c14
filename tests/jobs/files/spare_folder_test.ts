import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../../lib/base/private_files.ts";
import { openHome } from "../../../lib/jobs/files/home.ts";
import { JobFiles } from "../../../lib/jobs/files/job_files.ts";
import { SPARE, SpareFolder } from "../../../lib/jobs/files/spare_folder.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const OWNER = "0";

/** What is in a job's folder, with its mode and size. */
function contents(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const { mode, size } = Deno.statSync(join(folder, name));
    const own = `${prefix}${name} ${mode!.toString(8)} ${isDirectory ? "" : size}`;
    return isDirectory ? [own, ...contents(join(folder, name), `${name}/`)] : [own];
  }).sort();
}

/** What happens to a folder between its making and its use. */
const FATES: Record<string, (path: string) => void> = {
  "lies ready": () => {},
  "was removed": (path) => Deno.removeSync(path, { recursive: true }),
};

for (const [fate, meet] of Object.entries(FATES)) {
  Deno.test(`a job has the folder that it needs when the one made ahead ${fate}`, async () => {
    await using home = await TestHome.create();
    const opened = openHome(home.path);
    const spare = new SpareFolder(opened, OWNER);
    const jobs = [1, 2].map((id) => new JobFiles(join(opened.jobs, `${id}`)));
    spare.give(jobs[0]!); // none was made ahead of the first
    spare.prepare();
    const path = join(opened.owners, OWNER + SPARE);
    await waitFor(() => exists(join(path, "lock")), { what: "the spare folder" });
    meet(path);
    spare.give(jobs[1]!);
    spare.close();
    assert.ok(contents(jobs[0]!.folder).includes("lock 100600 1"));
    assert.deepEqual(contents(jobs[1]!.folder), contents(jobs[0]!.folder));
    assert.equal(exists(path), false);
  });
}
