import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../../lib/base/private_files.ts";
import { type Home, openHome } from "../../../lib/jobs/files/home.ts";
import { holdLock } from "../../../lib/jobs/files/file_lock.ts";
import { NEXT_SOURCE } from "../../../lib/jobs/files/folder_content.ts";
import { JobFiles } from "../../../lib/jobs/files/job_files.ts";
import { JOB_FILES } from "../../../lib/jobs/files/names.ts";
import { SPARE, SpareFolders } from "../../../lib/jobs/files/spare_folders.ts";
import { endedWithoutRun } from "../../../lib/jobs/model/job.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const OWNER = "0";

/** Waits until so many folders lie ready, and returns their paths. */
async function ready(home: Home, count = 1): Promise<string[]> {
  const paths = () =>
    [...Deno.readDirSync(home.owners)].map(({ name }) => join(home.owners, name))
      .filter((path) => SPARE.test(path) && exists(join(path, "lock")));
  await waitFor(() => paths().length === count, { what: `${count} spare folders` });
  return paths();
}

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
    const spare = new SpareFolders({ home: opened, ownerId: OWNER });
    const jobs = [1, 2].map((id) => new JobFiles(join(opened.jobs, `${id}`)));
    spare.give(jobs[0]!); // none was made ahead of the first
    spare.prepare();
    const [path] = await ready(opened) as [string];
    meet(path);
    spare.give(jobs[1]!);
    spare.close();
    assert.ok(contents(jobs[0]!.folder).includes("lock 100600 1"));
    assert.deepEqual(contents(jobs[1]!.folder), contents(jobs[0]!.folder));
    assert.equal(exists(path), false);
  });
}

Deno.test("a folder that could not become a job's is removed with the others when its server ends", async () => {
  await using home = await TestHome.create();
  const opened = openHome(home.path);
  const spare = new SpareFolders({ home: opened, ownerId: OWNER });
  spare.prepare();
  const [path] = await ready(opened) as [string];
  const job = new JobFiles(join(opened.jobs, "1"));
  Deno.mkdirSync(join(job.folder, "in the way"), { recursive: true });
  spare.give(job);
  assert.ok(exists(path));
  spare.close();
  assert.equal(exists(path), false);
});

/** What is in a folder but for what only some runs need, which stays empty where it has been. */
function withoutLeft({ folder }: JobFiles): string[] {
  const left = [`${NEXT_SOURCE} 100600 0`, `${JOB_FILES.cell} 100600 0`];
  return contents(folder).filter((one) => !left.includes(one));
}

/** Does to a new folder what a run does that prints a line, or a cell. */
function run(files: JobFiles, isCell = false): void {
  files.create();
  for (const name of ["spec", "accepted", "stdout", "stderr"] as const) {
    Deno.writeTextFileSync(files.path(JOB_FILES[name]), `${name} of a run\n`);
  }
  files.writeSource("print(1)");
  Deno.renameSync(files.path(JOB_FILES.nextStarted), files.path(JOB_FILES.started));
  if (isCell) Deno.writeTextFileSync(files.path(JOB_FILES.cell), "{}", { mode: 0o600 });
  else Deno.renameSync(files.path(JOB_FILES.nextException), files.exception);
  files.end(endedWithoutRun({}));
}

/** Has the system refuse whoever writes to a file, root included. */
function unchangeable(path: string): Disposable {
  const set = (flag: string) =>
    new Deno.Command("chattr", { args: [flag, path], stderr: "null" }).outputSync().success;
  // Where that cannot be had, as on tmpfs, another mode stands for it.
  if (!set("+i")) Deno.chmodSync(path, 0o400);
  return { [Symbol.dispose]: () => void set("-i") };
}

/** Makes it another user's. */
function give(path: string): void {
  if (Deno.uid() === 0) Deno.chownSync(path, 12345, null);
  else Deno.chmodSync(path, 0o755);
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
  // Only root can give files away; for others this is one more run that leaves another mode.
  "another owner of a file": [({ stderr }) => give(stderr), false],
  "another owner of a folder": [({ artifacts }) => give(artifacts), false],
  "no word on how it ended": [({ exception }) => Deno.removeSync(exception), false],
  "a lock that nobody may write to": [({ lock }) => unchangeable(lock), false],
  "a process that holds it": [({ lock }) => holdLock(lock)!, false],
};

for (const [what, [leave, isUsed]] of Object.entries(LEFT)) {
  const becomes = isUsed ? "the next one's" : "no other one's";
  Deno.test(`the folder of a run that has left ${what} becomes ${becomes}`, async () => {
    await using home = await TestHome.create();
    const opened = openHome(home.path);
    const spare = new SpareFolders({ home: opened, ownerId: OWNER });
    const [used, next, fresh] = ["used", "next", "fresh"]
      .map((id) => new JobFiles(join(opened.jobs, id))) as [JobFiles, JobFiles, JobFiles];
    run(used);
    fresh.create();
    const { ino } = Deno.statSync(used.folder);
    using _left = leave(used) ?? undefined;
    spare.reuse("used", used);
    await ready(opened);
    spare.give(next);
    spare.close();
    assert.deepEqual(withoutLeft(next), contents(fresh.folder));
    assert.equal(Deno.statSync(next.folder).ino === ino, isUsed);
  });
}

Deno.test("as many calls find a folder as have ended before", async () => {
  await using home = await TestHome.create();
  const opened = openHome(home.path);
  const spare = new SpareFolders({ home: opened, ownerId: OWNER });
  const used = [1, 2, 3].map((id) => new JobFiles(join(opened.jobs, `used${id}`)));
  const inodes = used.map((files) => {
    run(files);
    return Deno.statSync(files.folder).ino;
  });
  for (const [id, files] of used.entries()) spare.reuse(`${id}`, files);
  await ready(opened, 3);
  const next = [1, 2, 3].map((id) => new JobFiles(join(opened.jobs, `next${id}`)));
  for (const files of next) spare.give(files);
  spare.close();
  assert.deepEqual(next.map(({ folder }) => Deno.statSync(folder).ino), inodes);
});

Deno.test("the folder of a cell becomes that of a cell of the same session, and of no other job", async () => {
  await using home = await TestHome.create();
  const opened = openHome(home.path);
  const spare = new SpareFolders({ home: opened, ownerId: OWNER });
  const [used, script, other, own, fresh] = ["used", "script", "other", "own", "fresh"]
    .map((id) => new JobFiles(join(opened.jobs, id))) as [
      JobFiles,
      JobFiles,
      JobFiles,
      JobFiles,
      JobFiles,
    ];
  run(used, true);
  fresh.create();
  const { ino } = Deno.statSync(used.folder);
  spare.reuse("used", used, "a");
  await ready(opened, 2); // one is made for the others
  spare.give(script);
  spare.give(other, "b");
  spare.give(own, "a");
  spare.close();
  const inodes = [script, other, own].map(({ folder }) => Deno.statSync(folder).ino === ino);
  assert.deepEqual(inodes, [false, false, true]);
  assert.deepEqual(withoutLeft(own), contents(fresh.folder));
});

Deno.test("the folders of sessions make way for those of others when eight lie ready", async () => {
  await using home = await TestHome.create();
  const opened = openHome(home.path);
  const spare = new SpareFolders({ home: opened, ownerId: OWNER });
  const use = (id: string, session?: string) => {
    const files = new JobFiles(join(opened.jobs, id));
    run(files, session !== undefined);
    spare.reuse(id, files, session);
    return Deno.statSync(files.folder).ino;
  };
  for (let count = 1; count < 8; count++) use(`${count}`, "a");
  await ready(opened, 8);
  const ino = use("last");
  const next = ["1st", "2nd"].map((id) => new JobFiles(join(opened.jobs, id)));
  await waitFor(() => !exists(join(opened.jobs, "last")), { what: "the last folder's move" });
  for (const files of next) spare.give(files);
  spare.close();
  assert.equal(Deno.statSync(next[1]!.folder).ino, ino);
});

Deno.test("the text of a script is what was written when a run before has left a longer one", async () => {
  await using home = await TestHome.create();
  const opened = openHome(home.path);
  const spare = new SpareFolders({ home: opened, ownerId: OWNER });
  const [used, next] = ["used", "next"].map((id) => new JobFiles(join(opened.jobs, id))) as [
    JobFiles,
    JobFiles,
  ];
  run(used);
  const { ino } = Deno.statSync(used.source);
  spare.reuse("used", used);
  await ready(opened);
  spare.give(next);
  spare.close();
  assert.equal(exists(next.source), false);
  next.writeSource("é = 1");
  assert.equal(Deno.readTextFileSync(next.source), "é = 1");
  assert.equal(Deno.statSync(next.source).ino, ino);
});

Deno.test("a run is not removed while its folder is being made another's", async () => {
  await using home = await TestHome.create();
  const opened = openHome(home.path);
  const done: string[] = [];
  const spare = new SpareFolders({
    home: opened,
    ownerId: OWNER,
    done: (id) => done.push(`${id} ${spare.hasTaken(id)}`),
  });
  const [free, held] = ["free", "held"].map((id) => new JobFiles(join(opened.jobs, id))) as [
    JobFiles,
    JobFiles,
  ];
  run(free);
  run(held);
  using _lock = holdLock(held.lock)!;
  spare.reuse("free", free);
  spare.reuse("held", held);
  assert.deepEqual(["free", "held", "another"].map((id) => spare.postpones(id)), [
    true,
    true,
    false,
  ]);
  await waitFor(() => done.length === 2, { what: "the end of both" });
  spare.close();
  assert.deepEqual(done, ["free true", "held false"]);
  assert.deepEqual([free, held].map(({ folder }) => exists(folder)), [false, true]);
});
