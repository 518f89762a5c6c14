import assert from "node:assert/strict";
import { join } from "node:path";
import { readIfThere } from "../../../lib/base/private_files.ts";
import { JobBench, PYTHON, python } from "../job_bench.ts";
import { kill, launchers, supervisorOf } from "../kill.ts";
import { OtherServer } from "../other_server.ts";
import { canFreeze, freeze } from "../../helpers/freeze.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { TestHome } from "../../helpers/test_home.ts";

/** An executable that counts its starts; broken until it is mended. */
class OwnPython {
  readonly path: string;
  readonly #starts: string;

  constructor(folder: string, body = 'echo "Fatal Python error: init_fs_encoding" >&2\nexit 1') {
    this.path = join(folder, "python3");
    this.#starts = join(folder, "starts");
    this.#write(body);
  }

  get starts(): number {
    return readIfThere(this.#starts)?.length ?? 0;
  }

  mend(): void {
    this.#write(`exec ${PYTHON} "$@"`);
  }

  #write(body: string): void {
    const fresh = `${this.path}.fresh`;
    Deno.writeTextFileSync(fresh, `#!/bin/sh\nprintf x >> ${this.#starts}\n${body}\n`, {
      mode: 0o700,
    });
    Deno.renameSync(fresh, this.path);
  }
}

/** Whether a job is refused at once or fails a little later is a matter of milliseconds. */
async function errorOf(bench: JobBench): Promise<string> {
  return await bench.run(python("print(1)")).then(({ error }) => error!, ({ message }) => message);
}

/** A launcher that was started before may still be about to fail. */
async function untilItRuns(bench: JobBench): Promise<void> {
  const run = () => bench.run(python("print(1)")).then(({ status }) => status, () => undefined);
  await waitFor(async () => await run() === "completed", {
    what: "a job that runs",
    timeoutMs: 10_000,
  });
}

Deno.test("a job fails with Python's last words and no further try when its launcher cannot start", async () => {
  await using home = await TestHome.create();
  const own = new OwnPython(home.path);
  await using bench = await JobBench.open({ home: home.join("home"), python: own.path });
  const began = performance.now();
  assert.match(
    await errorOf(bench),
    /cannot run .*it says: Fatal Python error: init_fs_encoding\)/,
  );
  assert(performance.now() - began < 5000, "about 2 s, on a machine that has other things to do");
  const { starts } = own;
  assert(starts >= 2 && starts <= 6, `${starts} starts`);
});

Deno.test("a job fails with what the system lacks, and no word of its Python, when that is why it cannot start", async () => {
  const lacks = {
    "OSError: [Errno 24] Too many open files": /too many files are open .*ulimit -n/,
    "BlockingIOError: [Errno 11] Resource temporarily unavailable": /no more processes .*ulimit -u/,
    "OSError: [Errno 12] Cannot allocate memory": /no memory left/,
    "PermissionError: [Errno 1] Operation not permitted: 'owners/x'": /may not do that there/,
  };
  for (const [said, words] of Object.entries(lacks)) {
    await using home = await TestHome.create();
    const own = new OwnPython(home.path, `echo "${said}" >&2; exit 1`);
    await using bench = await JobBench.open({ home: home.join("home"), python: own.path });
    const error = await errorOf(bench);
    assert.match(error, words);
    assert(!error.includes("3.8"), error);
  }
});

Deno.test({
  name: "a server lives on when a job that cannot start cannot be ended either for a while",
  ignore: !await canFreeze(),
  async fn() {
    await using home = await TestHome.create();
    const own = new OwnPython(home.path);
    await using bench = await JobBench.open({ home: home.join("home"), python: own.path });
    const draft = bench.draft();
    const { id, files } = draft;
    freeze(true, files.folder, files.lock);
    try {
      const request = bench.request(python("print(1)"));
      await bench.manager.start(draft, request).catch(() => {});
      await waitFor(() => bench.logged.some((line) => line.includes(id)), {
        what: "a word of that job",
      });
    } finally {
      freeze(false, files.folder, files.lock);
    }
    own.mend();
    await untilItRuns(bench);
  },
});

Deno.test("jobs run again when a broken Python was mended", async () => {
  await using home = await TestHome.create();
  const own = new OwnPython(home.path);
  await using bench = await JobBench.open({ home: home.join("home"), python: own.path });
  await errorOf(bench);
  own.mend();
  await untilItRuns(bench);
});

Deno.test("a job that was started before its Python was mended runs", async () => {
  await using home = await TestHome.create();
  const own = new OwnPython(home.path);
  await using bench = await JobBench.open({ home: home.join("home"), python: own.path });
  bench.manager.warmUp();
  own.mend();
  assert.equal((await bench.run(python("print(1)"))).status, "completed");
});

Deno.test("a job fails with the path when its Python is not there", async () => {
  await using bench = await JobBench.open({ python: "/nowhere/python3" });
  await assert.rejects(bench.start(python("print(1)")), /\/nowhere\/python3 cannot run .*it says/);
});

Deno.test("a running job can be cancelled when no launcher can start any more", async () => {
  await using home = await TestHome.create();
  await using good = await JobBench.open({ home: home.join("home") });
  const { id, files } = await good.start(python("import time; time.sleep(1000)"));
  await supervisorOf(files);
  const own = new OwnPython(home.path);
  await using bench = await JobBench.open({ home: good.path, python: own.path });
  await errorOf(bench);
  assert.equal((await bench.manager.cancel(id))?.row.status, "cancelled");
});

Deno.test("a server starts no launcher again and again when a dead job waits for one", async () => {
  await using home = await TestHome.create();
  await using good = await JobBench.open({ home: home.join("home") });
  const server = await OtherServer.start(good.path, [{ source: "import time; time.sleep(1000)" }]);
  const id = server.ids[0]!;
  const supervisor = await supervisorOf(good.manager.files(id)!);
  const own = new OwnPython(home.path);
  {
    await using bench = await JobBench.open({ home: good.path, python: own.path });
    await errorOf(bench);
    await server.kill();
    kill(...launchers(good.path), supervisor);
    const { starts } = own;
    // Each look would start one to mark the job as failed.
    for (let look = 0; look < 20; look++) {
      assert.equal((await bench.manager.get(id))?.status, "running");
    }
    assert.equal(own.starts, starts);
  }
  assert.equal((await good.end(id)).status, "failed");
});
