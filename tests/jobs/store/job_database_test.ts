import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { removeIfThere } from "../../../lib/base/private_files.ts";
import { databasePath, openHome } from "../../../lib/jobs/files/home.ts";
import { JobDatabase } from "../../../lib/jobs/store/job_database.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "../../../lib/jobs/store/job_schema.ts";
import { JobStore } from "../../../lib/jobs/store/job_store.ts";
import { connect } from "../../helpers/connect.ts";
import { canFreeze, freeze } from "../../helpers/freeze.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, python } from "../job_bench.ts";
import { OtherServer } from "../other_server.ts";

const TO_THE_END = python("print(1)");

function withDatabase<T>(home: string, act: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(databasePath(openHome(home)), { timeout: 5000 });
  try {
    return act(db);
  } finally {
    db.close();
  }
}

function setVersion(home: string, version: number): void {
  withDatabase(home, (db) => db.exec(`PRAGMA user_version = ${version}`));
}

function versionOf(home: string): unknown {
  return withDatabase(home, (db) => db.prepare("PRAGMA user_version").get()?.user_version);
}

/** Makes a database as an older version of the program did. */
function makeSchema(home: string, version: number): void {
  withDatabase(home, (db) => {
    for (const migration of MIGRATIONS.slice(0, version)) db.exec(migration);
  });
  setVersion(home, version);
}

function schemaOf(home: string): unknown {
  const sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name";
  return withDatabase(home, (db) => db.prepare(sql).all());
}

function open(home: string): JobStore {
  return new JobStore(new JobDatabase(openHome(home), assert.fail));
}

function insert(store: JobStore): void {
  const job = { kind: "task", tool: "t", label: null, listed: true, owner: "o" } as const;
  store.insert({ ...job, id: crypto.randomUUID(), createdAt: 1 });
}

for (let version = 0; version < SCHEMA_VERSION; version++) {
  Deno.test(`a database of schema version ${version} is brought to the current schema, rows kept`, async () => {
    await using home = await TestHome.create();
    await using fresh = await TestHome.create();
    makeSchema(home.path, version);
    if (version > 0) {
      const rows = `INSERT INTO jobs (seq, id, kind, tool, label, status, listed, owner, parent,
        created_at, started_at, completed_at, expires_at, progress, result, error) VALUES
        (7, 'a', 'process', 't', 'A', 'completed', 1, 'o', NULL, 1, 2, 3, NULL, NULL, '{"x":1}', NULL),
        (9, 'b', 'task', 't', NULL, 'pending', 0, 'o', 'a', 4, NULL, NULL, 5, NULL, NULL, NULL)`;
      withDatabase(home.path, (db) => db.exec(rows));
    }
    const store = open(home.path);
    open(fresh.path).close();
    assert.deepEqual(schemaOf(home.path), schemaOf(fresh.path));
    assert.equal(versionOf(home.path), SCHEMA_VERSION);
    assert.deepEqual(
      store.list({ limit: 9 }).map(({ seq, id }) => [seq, id]),
      version ? [[7, "a"]] : [],
    );
    assert.equal(store.count("completed"), version ? 1 : 0);
    assert.equal(store.get("b")?.parent, version ? "a" : undefined);
    store.close();
  });
}

Deno.test("a database of a newer schema is refused with advice and left as it is", async () => {
  await using home = await TestHome.create();
  withDatabase(home.path, (db) => db.exec("CREATE TABLE later (x); PRAGMA user_version = 999"));
  const path = databasePath(openHome(home.path));
  const before = Deno.readFileSync(path);
  assert.throws(() => open(home.path), /schema version 999.*Update python-mcp/);
  assert.deepEqual(Deno.readFileSync(path), before);
});

Deno.test("an open server stops writing when a newer version has changed the schema", async () => {
  await using bench = await JobBench.open();
  await bench.run(TO_THE_END);
  setVersion(bench.path, SCHEMA_VERSION + 1);
  assert.throws(() => bench.draft(), /schema version .*Update python-mcp/);
  const rows = withDatabase(
    bench.path,
    (db) => db.prepare("SELECT count(*) AS n FROM jobs").get()?.n,
  );
  assert.equal(rows, 1);
  setVersion(bench.path, SCHEMA_VERSION);
  assert.equal((await bench.run(TO_THE_END)).status, "completed");
});

Deno.test("tools answer with advice while the schema is that of a newer version", async () => {
  await using home = await TestHome.create();
  await using server = await connect({ home: home.path });
  await server.call("py_list_jobs");
  setVersion(home.path, SCHEMA_VERSION + 1);
  const refused = await server.call("py_list_jobs");
  assert.equal(refused.isError, true);
  assert.match(refused.json.error as string, /schema version .*Update python-mcp/);
  setVersion(home.path, SCHEMA_VERSION);
  assert.deepEqual((await server.call("py_list_jobs")).json, { jobs: [], total: 0 });
});

Deno.test("a migration is refused with advice until servers of an older version have ended", async () => {
  await using home = await TestHome.create();
  await using old = await OtherServer.start(home.path, []);
  await old.stop(); // so that it does not see that its schema is another now
  setVersion(home.path, SCHEMA_VERSION - 1);
  const schema = schemaOf(home.path);
  await assert.rejects(
    JobBench.open({ home: home.path }),
    /schema version \d+ to \d+, which cannot happen while another.*End the other servers/,
  );
  assert.deepEqual(schemaOf(home.path), schema);
  assert.equal(versionOf(home.path), SCHEMA_VERSION - 1);
  await old.kill();
  const path = databasePath(openHome(home.path));
  for (const end of ["", "-wal", "-shm"]) removeIfThere(path + end);
  makeSchema(home.path, SCHEMA_VERSION - 1);
  await using _now = await JobBench.open({ home: home.path });
  assert.equal(versionOf(home.path), SCHEMA_VERSION);
});

Deno.test("a server writes into the new file when its database was renamed", async () => {
  await using bench = await JobBench.open();
  const first = await bench.run(TO_THE_END);
  const path = databasePath(bench.manager.home);
  Deno.renameSync(path, `${path}.elsewhere`);
  const second = await bench.run(TO_THE_END);
  const rows = withDatabase(
    bench.path,
    (db) => db.prepare("SELECT id FROM jobs ORDER BY seq").all(),
  );
  assert.deepEqual(rows.map(({ id }) => id), [first.id, second.id]);
  assert.match(bench.logged.join("\n"), /database was missing: 1 job was rebuilt/);
});

Deno.test({
  name: "a server writes again when nobody could while it opened its database",
  ignore: !await canFreeze(),
  async fn() {
    await using home = await TestHome.create();
    const first = open(home.path); // keeps the file that says where the newest pages are
    const files = ["", "-wal"].map((end) => databasePath(openHome(home.path)) + end);
    freeze(true, ...files);
    let store: JobStore;
    try {
      store = open(home.path);
      assert.throws(() => insert(store), /readonly/);
    } finally {
      freeze(false, ...files);
    }
    insert(store);
    assert.equal(first.count(), 1);
    first.close();
    store.close();
  },
});

Deno.test("a missing database is rebuilt only once the last server has let go of it", async () => {
  await using bench = await JobBench.open();
  const { id } = await bench.run(TO_THE_END);
  await using other = await OtherServer.start(bench.path, []);
  await other.stop();
  Deno.removeSync(databasePath(bench.manager.home));
  assert.throws(() => bench.draft(), /cannot happen while another.*End the other servers/);
  await other.kill();
  assert.equal((await bench.manager.get(id))?.status, "completed");
});

Deno.test("all servers find a missing database rebuilt when they are the first to look", async () => {
  await using bench = await JobBench.open();
  const { id } = await bench.run(TO_THE_END);
  await using other = await JobBench.open({ home: bench.path });
  Deno.removeSync(databasePath(bench.manager.home));
  for (const { manager } of [bench, other, bench]) {
    await waitFor(async () => {
      try {
        return (await manager.get(id))?.status === "completed";
      } catch {
        return false; // until the other has let go of it
      }
    }, { what: "the job" });
  }
});
