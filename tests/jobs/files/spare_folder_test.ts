import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../../lib/base/private_files.ts";
import { openHome } from "../../../lib/jobs/files/home.ts";
import { holdLock } from "../../../lib/jobs/files/file_lock.ts";
import { JobFiles } from "../../../lib/jobs/files/job_files.ts";
import { JOB_FILES } from "../../../lib/jobs/files/names.ts";
import { SPARE, SpareFolder } from "../../../lib/jobs/files/spare_folder.ts";
import { endedWithoutRun } from "../../../lib/jobs/model/job.ts";
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

/** Does to a new folder what a run does that prints a line. */
function run(files: JobFiles): void {
  files.create();
  for (const name of ["spec", "accepted", "stdout", "stderr"] as const) {
    Deno.writeTextFileSync(files.path(JOB_FILES[name]), `${name} of a run\n`);
  }
  Deno.writeTextFileSync(files.source, "print(1)", { mode: 0o600 });
  Deno.renameSync(files.path(JOB_FILES.nextStarted), files.path(JOB_FILES.started));
  Deno.renameSync(files.path(JOB_FILES.nextException), files.exception);
  files.end(endedWithoutRun({}));
}

/** What a run may leave, and whether its folder is used again. */
const LEFT: Record<string, [act: (files: JobFiles) => Disposable | void, isUsed: boolean]> = {
  "nothing of its own": [() => {}, true],
  "an artifact": [({ artifacts }) => Deno.writeTextFileSync(`${artifacts}/a`, ""), false],
  "a file beside": [({ folder }) => Deno.writeTextFileSync(`${folder}/script/a`, ""), false],
  "a link in the place of its output": [({ stdout }) => {
    Deno.removeSync(stdout);
    Deno.symlinkSync("/etc/hostname", stdout);
  }, false],
  "another name of its output": [
    ({ stdout, folder }) => Deno.linkSync(stdout, `${folder}/../a`),
    false,
  ],
  "another mode of a folder": [({ artifacts }) => Deno.chmodSync(artifacts, 0o777), false],
  "another mode of a file": [({ stderr }) => Deno.chmodSync(stderr, 0o644), false],
  "no word on how it ended": [({ exception }) => Deno.removeSync(exception), false],
  "a process that holds it": [({ lock }) => holdLock(lock)!, false],
};

for (const [what, [leave, isUsed]] of Object.entries(LEFT)) {
  const becomes = isUsed ? "the next one's" : "no other one's";
  Deno.test(`the folder of a run that has left ${what} becomes ${becomes}`, async () => {
    await using home = await TestHome.create();
    const opened = openHome(home.path);
    const spare = new SpareFolder(opened, OWNER);
    const [used, next, fresh] = ["used", "next", "fresh"]
      .map((id) => new JobFiles(join(opened.jobs, id))) as [JobFiles, JobFiles, JobFiles];
    run(used);
    fresh.create();
    const { ino } = Deno.statSync(used.folder);
    using _left = leave(used) ?? undefined;
    spare.prepare(used);
    const path = join(opened.owners, OWNER + SPARE);
    await waitFor(() => exists(join(path, "lock")), { what: "the spare folder" });
    spare.give(next);
    spare.close();
    assert.deepEqual(contents(next.folder), contents(fresh.folder));
    assert.equal(Deno.statSync(next.folder).ino === ino, isUsed);
  });
}
