import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { exists, statIfThere } from "../../../lib/base/private_files.ts";
import { databasePath, openHome } from "../../../lib/jobs/files/home.ts";
import { smartAsyncWith } from "../../../lib/jobs/task/smart_async.ts";
import { connect } from "../../helpers/connect.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, python } from "../job_bench.ts";
import { OtherServer } from "../other_server.ts";

const PAGE = 4096;
const LIST = { limit: 1000 };

/** Overwrites a part of the file; `undefined`: all of it. */
function damage(path: string, page?: number): void {
  using file = Deno.openSync(path, { write: true });
  const bytes = page === undefined ? statIfThere(path)!.size : PAGE;
  file.seekSync((page ?? 0) * PAGE, Deno.SeekMode.Start);
  file.writeSync(
    new TextEncoder().encode("no database ".repeat(bytes / 12 + 1)).subarray(0, bytes),
  );
}

/** The page that holds these texts. */
function pageWith(path: string, ...texts: string[]): number {
  const bytes = Deno.readFileSync(path);
  for (let page = 0; page * PAGE < bytes.length; page++) {
    const text = new TextDecoder("latin1").decode(bytes.subarray(page * PAGE, (page + 1) * PAGE));
    if (texts.every((part) => text.includes(part))) return page;
  }
  throw new Error(`no page holds ${texts}`);
}

function setAside(home: string): string[] {
  return [...Deno.readDirSync(`${home}/meta`)].map(({ name }) => name)
    .filter((name) => /^jobs\.db\.corrupt-[^-]+-[^-]+-[\dTZ-]+$/.test(name));
}

/** One job of every kind of end, and one that was never started; returns what the rows were. */
async function fill(bench: JobBench) {
  await bench.run(python("print('out')"));
  await bench.run(python("import sys; sys.exit(3)"));
  await bench.run(python("import time; time.sleep(60)"), { timeoutSeconds: 0.2 });
  const cancelled = await bench.start(python("import time; time.sleep(60)"));
  await bench.manager.cancel(cancelled.id);
  const answered = await bench.manager.call(bench.draft(false), bench.request(python("print(1)")));
  await answered.ended;
  await bench.manager.finishCall(answered, () => "files");
  const task = smartAsyncWith(() => bench.manager, { name: "task" }, () => ({ answer: 42 }));
  const started = await task({ async_mode: true, job_label: "a task" });
  await bench.end((started as { job_id: string }).job_id);
  const { rows } = await bench.manager.list(LIST);
  return { rows, answered: bench.manager.store.get(answered.id) };
}

for (const how of ["overwritten", "truncated", "emptied", "removed"] as const) {
  Deno.test(`jobs are as they were when their database was ${how}`, async () => {
    await using home = await TestHome.prepared();
    const before = await (async () => {
      await using bench = await JobBench.open({ home: home.path });
      return await fill(bench);
    })();
    const path = databasePath(openHome(home.path));
    if (how === "overwritten") damage(path);
    if (how === "truncated") Deno.truncateSync(path, 2 * PAGE);
    if (how === "emptied") Deno.truncateSync(path, 0);
    if (how === "removed") Deno.removeSync(path);
    await using later = await JobBench.open({ home: home.path });
    await later.manager.sweep();
    assert.deepEqual((await later.manager.list(LIST)).rows, before.rows);
    const { result: _, ...answered } = before.answered!;
    assert.deepEqual({ ...later.manager.store.get(answered.id)!, result: _ }, {
      ...answered,
      result: _,
    });
    const isDamaged = how === "overwritten" || how === "truncated";
    assert.equal(setAside(home.path).length, isDamaged ? 1 : 0);
    const told = later.manager.notices.take();
    assert.match(
      told!,
      isDamaged
        ? /was damaged.*kept as jobs\.db\.corrupt-.*; 6 jobs were rebuilt/
        : /was missing: 6 jobs/,
    );
    assert.deepEqual(later.logged.filter((line) => line.includes("rebuilt")), [told]);
    assert.equal(later.manager.notices.take(), undefined);
  });
}

Deno.test("jobs run on, wait on and end well when their database is damaged", async () => {
  await using home = await TestHome.prepared();
  await using later = await (async () => {
    const other = await OtherServer.start(home.path, [
      { source: "import time\nfor n in range(1000): print(n, flush=True); time.sleep(0.05)" },
      { source: "import sys; print(sys.stdin.read())", stdin: "in memory only" },
      { source: "print('never')" },
    ], { maxRunning: 1 });
    await waitFor(() => exists(`${home.path}/jobs/${other.ids[0]}/started`), {
      what: "the first",
    });
    await other.kill();
    damage(databasePath(openHome(home.path)));
    return Object.assign(await JobBench.open({ home: home.path, maxRunning: 1 }), {
      ids: other.ids,
    });
  })();
  const [running, waiting, last] = later.ids as [string, string, string];
  const rows = (await later.manager.list(LIST)).rows;
  assert.deepEqual(rows.map(({ id, status }) => [id, status]), [
    [last, "pending"],
    [waiting, "pending"],
    [running, "running"],
  ]);
  assert.equal((await later.manager.cancel(last))?.row.status, "cancelled");
  assert.equal((await later.manager.cancel(running))?.row.status, "cancelled");
  assert.match((await later.end(waiting)).result.stdout, /in memory only/);
  const next = await later.run(python("print(1)"));
  assert.ok(next.seq > rows[0]!.seq);
});

Deno.test("a damaged page is found at the next start when the last server was killed", async () => {
  await using home = await TestHome.prepared();
  const { id } = await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    return await bench.run(python("print(1)"));
  })();
  const path = databasePath(openHome(home.path));
  const db = new DatabaseSync(path, { readOnly: true });
  // Nothing reads this index when the database is opened.
  const sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'jobs_ended'";
  const page = Number(db.prepare(sql).get()!.rootpage);
  db.close();
  damage(path, page - 1);
  await (await JobBench.open({ home: home.path })).close();
  assert.deepEqual(setAside(home.path), [], "not seen after a clean end");
  Deno.writeTextFileSync(`${path}-wal`, "what a killed server leaves");
  await using later = await JobBench.open({ home: home.path });
  assert.match(later.logged.join(), /was damaged/);
  assert.deepEqual((await later.manager.list(LIST)).rows.map((row) => [row.id, row.status]), [
    [id, "completed"],
  ]);
});

Deno.test("a database is repaired where a statement finds it damaged", async () => {
  await using home = await TestHome.prepared();
  const before = await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    await Promise.all(Array.from({ length: 12 }, () => bench.run(python("print('x' * 3000)"))));
    return (await bench.manager.list(LIST)).rows;
  })();
  const path = databasePath(openHome(home.path));
  const oldest = before.at(-1)!;
  damage(path, pageWith(path, oldest.id, "prepare_seconds"));
  await using later = await JobBench.open({ home: home.path });
  const draft = later.draft();
  assert.deepEqual(later.logged, [], "it is not seen before that page is read");
  const { result, ...entry } = (await later.manager.get(oldest.id))!;
  assert.deepEqual(entry, oldest);
  assert.match((result as { stdout: string }).stdout, /^x{3000}$/m);
  assert.deepEqual(
    (await later.manager.list(LIST)).rows.filter(({ id }) => id !== draft.id),
    before,
  );
  assert.match(later.logged.join(), /was damaged/);
  await later.manager.start(draft, later.request(python("print('made before')")));
  assert.equal((await later.end(draft.id)).result.stdout, "made before\n");
});

Deno.test("jobs are found again when some folders hold no job that can be read", async () => {
  await using home = await TestHome.prepared();
  const { id } = await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    return await bench.run(python("print(1)"));
  })();
  const record = JSON.parse(Deno.readTextFileSync(home.join("jobs", id, "spec.json")));
  const copies = [
    "{",
    "null",
    "{}",
    JSON.stringify({ ...record, seq: "x" }),
    JSON.stringify(record),
  ];
  for (const text of copies) {
    const folder = home.join("jobs", crypto.randomUUID());
    Deno.mkdirSync(folder);
    Deno.writeTextFileSync(`${folder}/spec.json`, text);
  }
  Deno.mkdirSync(home.join("jobs", "no id"));
  Deno.removeSync(databasePath(openHome(home.path)));
  await using later = await JobBench.open({ home: home.path });
  const { rows } = await later.manager.list(LIST);
  assert.deepEqual(rows.map((row) => [row.id, row.status]), [[id, "completed"]]);
  await later.manager.sweep();
  assert.deepEqual([...Deno.readDirSync(home.join("jobs"))].map(({ name }) => name), [id]);
});

Deno.test("a damaged database is left alone while another server has it open", async () => {
  await using home = await TestHome.prepared();
  await using other = await OtherServer.start(home.path, [{ source: "print(1)" }]);
  await other.stop();
  const path = databasePath(openHome(home.path));
  const damaged = new DatabaseSync(path);
  damaged.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  damage(path);
  await assert.rejects(
    JobBench.open({ home: home.path }),
    /be repaired .*cannot happen while another/,
  );
  assert.deepEqual(setAside(home.path), []);
  damaged.close();
  await other.kill();
  await using later = await JobBench.open({ home: home.path });
  assert.equal((await later.end(other.ids[0]!)).status, "completed");
  assert.equal(setAside(home.path).length, 1);
});

Deno.test("a damaged database is repaired once when many servers start at the same time", async () => {
  await using home = await TestHome.prepared();
  const { id } = await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    return await bench.run(python("print(1)"));
  })();
  damage(databasePath(openHome(home.path)));
  const servers = await Promise.all([0, 1, 2, 3].map(() => OtherServer.start(home.path, [])));
  assert.equal(setAside(home.path).length, 1);
  await using bench = await JobBench.open({ home: home.path });
  assert.equal((await bench.end(id)).status, "completed");
  for (const server of servers) await server.kill();
});

Deno.test("people are told on stderr and once in py_list_jobs when their database was damaged", async () => {
  await using home = await TestHome.prepared();
  const { id } = await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    return await bench.run(python("print(1)"));
  })();
  damage(databasePath(openHome(home.path)));
  await using server = await connect({ home: home.path });
  const { json } = await server.call("py_list_jobs");
  assert.deepEqual((json.jobs as { id: string }[]).map((job) => job.id), [id]);
  const told = /database was damaged .*kept as jobs\.db\.corrupt-.*; 1 job was rebuilt/;
  assert.match(json.note as string, told);
  assert.equal((await server.call("py_list_jobs")).json.note, undefined);
  await waitFor(() => told.test(server.stderr()), { what: "the log" });
});
