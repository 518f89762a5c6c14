import assert from "node:assert/strict";
import { join } from "node:path";
import { exists, removeIfThere } from "../../../lib/base/private_files.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, python } from "../job_bench.ts";
import { supervisorOf } from "../kill.ts";

/** A file system of 8 MB that can be filled to the last byte. */
class SmallDisk implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static mount(): SmallDisk {
    const path = Deno.makeTempDirSync({ prefix: "python-mcp-small-" });
    const { success } = new Deno.Command("mount", {
      args: ["-t", "tmpfs", "-o", "size=8m", "none", path],
      stderr: "null",
    }).outputSync();
    if (success) return new SmallDisk(path);
    Deno.removeSync(path);
    throw new Error("no tmpfs can be mounted here");
  }

  fill(): void {
    for (const size of [65536, 4096, 1]) {
      using file = Deno.openSync(join(this.path, "filler"), { append: true, create: true });
      try {
        while (true) file.writeSync(new Uint8Array(size));
      } catch {
        // Full, for pieces of this size.
      }
    }
  }

  free(): void {
    removeIfThere(join(this.path, "filler"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const umount = new Deno.Command("umount", { args: [this.path], stderr: "null" });
    await waitFor(() => umount.outputSync().success, {
      what: "the end of all that has a file open there",
    });
    Deno.removeSync(this.path);
  }
}

const noDisk = await whyNoSmallDisk();

async function whyNoSmallDisk(): Promise<string | false> {
  try {
    await SmallDisk.mount()[Symbol.asyncDispose]();
    return false;
  } catch (error) {
    return (error as Error).message;
  }
}

function testOnSmallDisk(name: string, act: (disk: SmallDisk) => Promise<void>): void {
  skippableTest(name, noDisk, async () => {
    await using disk = SmallDisk.mount();
    await act(disk);
  });
}

testOnSmallDisk(
  "new jobs fail with advice and later ones run when the disk was full",
  async (disk) => {
    await using bench = await JobBench.open({ home: join(disk.path, "home") });
    await bench.run(python("print(1)"));
    disk.fill();
    for (let n = 0; n < 3; n++) {
      await assert.rejects(
        () => bench.start(python("print(2)")),
        /The job was not started in .*: (no space is left|the disk could not).*(Free some space|df)/,
      );
    }
    disk.free();
    assert.equal((await bench.run(python("print(3)"))).status, "completed");
    await waitFor(async () => {
      const { rows, total } = await bench.manager.list({ limit: 9 });
      return total === rows.length && rows.every(({ status }) => status !== "pending");
    }, { what: "the end of the jobs that could not be made" });
  },
);

testOnSmallDisk("a running job ends with its outcome when the disk became full", async (disk) => {
  await using bench = await JobBench.open({ home: join(disk.path, "home") });
  const { id, files } = await bench.start(python(
    "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\nraise SystemExit(7)",
  ));
  await supervisorOf(files);
  Deno.writeTextFileSync(join(bench.path, "go.new"), "");
  disk.fill();
  Deno.renameSync(join(bench.path, "go.new"), join(bench.path, "go"));
  await waitFor(() => files.outcome, { what: "the outcome" });
  disk.free();
  const row = await bench.end(id);
  assert.equal(row.result.outcome.exit_code, 7);
});

testOnSmallDisk("a job is stopped with the reason when its output finds no room", async (disk) => {
  await using bench = await JobBench.open({ home: join(disk.path, "home") });
  const { id, files } = await bench.start(python(
    "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\n" +
      "print('x' * 999_999, flush=True); time.sleep(1000)",
  ));
  await supervisorOf(files);
  Deno.writeTextFileSync(join(bench.path, "go.new"), "");
  disk.fill();
  Deno.renameSync(join(bench.path, "go.new"), join(bench.path, "go"));
  await waitFor(() => files.outcome, { what: "the outcome" });
  disk.free();
  const { error } = await bench.end(id);
  assert.equal(
    error,
    "The script was stopped: its stdout could not be stored: No space left on device",
  );
});

testOnSmallDisk(
  "a queued job fails and the next one runs when the disk is full at its turn",
  async (disk) => {
    await using bench = await JobBench.open({ home: join(disk.path, "home"), maxRunning: 1 });
    const blocker = await bench.start(python("import time; time.sleep(1000)"));
    await supervisorOf(blocker.files);
    const queued = await bench.start(python("print('x' * 1_000_000)"));
    await waitFor(() => queued.files.acceptedBy, { what: "its acceptance" });
    Deno.writeTextFileSync(blocker.files.path("cancel"), "");
    disk.fill();
    await waitFor(() => queued.files.outcome, { what: "the outcome" });
    disk.free();
    assert.equal((await bench.end(queued.id)).status, "failed");
    assert.equal((await bench.end(blocker.id)).status, "cancelled");
    assert.equal((await bench.run(python("print(1)"))).status, "completed");
  },
);

testOnSmallDisk(
  "cancelling, waiting and calls tell what happened when the disk is full",
  async (disk) => {
    await using bench = await JobBench.open({ home: join(disk.path, "home") });
    const runs = await bench.start(python("import time; time.sleep(1000)"));
    const ends = await bench.start(python("import time; time.sleep(0.5)"));
    const call = await bench.manager.call(
      bench.draft(false),
      bench.request(python("import time; time.sleep(0.5); raise SystemExit(7)"), {
        background: false,
      }),
    );
    for (const { files } of [runs, ends, call]) await supervisorOf(files);
    await waitFor(() => exists(call.files.stderr), { what: "the script" });
    disk.fill();
    assert.equal((await bench.manager.cancel(runs.id))?.row.status, "cancelled");
    assert.equal((await bench.end(ends.id)).status, "completed");
    await call.ended;
    const { outcome } = await bench.manager.finishCall(call, () => "job");
    assert.equal(outcome.exit_code, 7);
    disk.free();
    await waitFor(() => bench.manager.store.unfinished().length === 0, {
      what: "rows that say the same",
    });
    assert.equal(bench.manager.store.get(runs.id)?.status, "cancelled");
  },
);

testOnSmallDisk("the server lives on when its own files cannot be written", async (disk) => {
  await using bench = await JobBench.open({ home: join(disk.path, "home") });
  const { id, files } = await bench.start(python("import time; time.sleep(0.3)"));
  await supervisorOf(files);
  await waitFor(() => exists(files.stderr), { what: "the script" });
  disk.fill();
  await waitFor(() => files.outcome, { what: "the outcome" });
  await waitFor(() => bench.logged.some((line) => /full|No space/i.test(line)), {
    what: "a line in the log",
  });
  disk.free();
  assert.equal((await bench.end(id)).status, "completed");
});

testOnSmallDisk("a lost database is rebuilt once the disk is not full any more", async (disk) => {
  const home = join(disk.path, "home");
  const { id } = await (async () => {
    await using bench = await JobBench.open({ home });
    return await bench.run(python("print(1)"));
  })();
  Deno.removeSync(join(home, "meta", "jobs.db"));
  disk.fill();
  await assert.rejects(
    JobBench.open({ home }),
    /could not be prepared: (no space is left|the disk could not)/,
  );
  disk.free();
  await using bench = await JobBench.open({ home });
  assert.equal((await bench.end(id)).status, "completed");
});
