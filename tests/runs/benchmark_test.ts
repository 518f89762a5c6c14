import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { exists } from "../../lib/base/private_files.ts";
import type { Connection } from "../helpers/connect.ts";
import { runCommand } from "../helpers/run_plan.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { skippableTest } from "../helpers/skippable.ts";

const cpuBound = "total = 0\nfor i in range(15_000_000):\n    total += i * i\n";
const memoryBound =
  "import sys\nprint(sys.executable)\ndata = bytearray(b'x') * 300_000_000\nfor i in range(0, len(data), 4096):\n" +
  "    data[i] = 1\n";
/** Each worker says what it occupies; all are there at once. */
const fourWorkers = `
import multiprocessing, resource, time

def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()

def work(ready, end, sizes):
    data = bytearray(b"x") * 80_000_000
    sizes.put(resident())
    ready.wait()
    end.wait()

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    ready, end, sizes = context.Barrier(5), context.Event(), context.Queue()
    workers = [context.Process(target=work, args=(ready, end, sizes)) for _ in range(4)]
    for worker in workers:
        worker.start()
    total = sum(sizes.get() for _ in workers) + resident()
    ready.wait()
    time.sleep(0.5)
    end.set()
    for worker in workers:
        worker.join()
    print(total)
`;

interface Figures {
  stdout: string;
  stderr: string;
  user_time_seconds: number;
  wall_time_seconds: number;
  cpu_time_seconds: number;
  peak_rss_mb: number;
  memory_profile: [number, number][];
  runs?: number;
  python_version_used: string;
}

const shared = new SharedServers();

async function withServer(body: (client: Connection) => Promise<void>) {
  await body((await shared.begin()).server);
}

async function benchmark(client: Connection, source: string, more: Record<string, unknown> = {}) {
  const answer = await client.call("py_benchmark_script", {
    script_content: source,
    time_budget_seconds: 120,
    ...more,
  });
  assert.equal(answer.isError, false, JSON.stringify(answer.json));
  return { figures: answer.json as unknown as Figures, content: answer.content };
}

/** The peak memory of the same script under GNU time, in MB. */
async function timed(python: string, source: string): Promise<number> {
  const argv = ["/usr/bin/time", "-f", "%M", python, "-c", source];
  return Number((await runCommand({ argv }, Deno.env.toObject())).stderr) / 1024;
}

/** GNU time is a package of its own (Debian's `time`); without it there is nothing to compare with. */
const noTime = !exists("/usr/bin/time") && "/usr/bin/time is not installed";

function assertNear(actual: number, expected: number, share: number, what: string) {
  const off = Math.abs(actual / expected - 1);
  assert.ok(
    off <= share,
    `${what}: ${actual} instead of ${expected} (${(off * 100).toFixed(2)} %)`,
  );
}

// Both measure the same processes: the same work takes 20 % more or less CPU time on a busy machine.
skippableTest(
  "a benchmark measures the CPU time that GNU time does, within 2 %",
  noTime,
  () =>
    withServer(async (client) => {
      const source = "import os, sys, time\nprint(time.process_time(), flush=True)\n" +
        `argv = ["time", "-f", "%U %S", sys.executable, "-c", ${JSON.stringify(cpuBound)}]\n` +
        'os.execv("/usr/bin/time", argv)\n';
      const { figures } = await benchmark(client, source);
      const [user, system] = figures.stderr.trim().split(" ").map(Number);
      const before = Number(figures.stdout);
      assertNear(figures.cpu_time_seconds, before + user! + system!, 0.02, "CPU seconds");
      assertNear(figures.user_time_seconds, user!, 0.04, "user CPU seconds");
    }),
);

skippableTest(
  "a benchmark measures the memory that GNU time does, within 2 %",
  noTime,
  () =>
    withServer(async (client) => {
      const { figures } = await benchmark(client, memoryBound);
      const python = figures.stdout.split("\n")[0]!;
      assertNear(figures.peak_rss_mb, await timed(python, memoryBound), 0.02, "MB");
    }),
);

Deno.test("a benchmark measures the memory of four workers together, within 2 %", () =>
  withServer(async (client) => {
    const { figures } = await benchmark(client, fourWorkers);
    assertNear(figures.peak_rss_mb, Number(figures.stdout) / 2 ** 20, 0.02, "MB");
  }));

Deno.test("a benchmark shows memory over time, in figures and as a picture", () =>
  withServer(async (client) => {
    const source = "import time\ndata = []\nfor i in range(20):\n" +
      "    data.append(bytearray(b'x') * 5_000_000)\n    time.sleep(0.05)\n";
    const { figures, content } = await benchmark(client, source, { sample_interval: 0.01 });
    const mb = figures.memory_profile.map(([, mb]) => mb);
    assert.ok(mb.length > 20 && mb.length <= 200);
    assert.ok(Math.max(...mb) - mb[0]! > 80);
    const image = content.find(({ type }) => type === "image")!;
    assert.equal(image.mimeType, "image/png");
    assert.equal(Buffer.from(image.data as string, "base64").toString("latin1", 1, 4), "PNG");
  }));

Deno.test("a benchmark counts neither the warm-up nor uv", () =>
  withServer(async (client) => {
    const source = "import os, time\nprint(os.getpid())\ntime.sleep(0.2)\n";
    const { figures } = await benchmark(client, source, { repeat: 2, dependencies: ["six"] });
    assert.equal(figures.stdout.trim().split("\n").length, 3);
    assert.equal(figures.runs, 2);
    assert.ok(figures.wall_time_seconds >= 0.2 && figures.wall_time_seconds < 0.6);
    assert.ok(figures.cpu_time_seconds < 0.2);
  }));

const firstIsLarge = (size: number, work: string) =>
  "import os\nif not os.path.exists('seen'):\n    open('seen', 'w').close()\n" +
  `    data = bytearray(b'x') * ${size}\n${work}\n`;
const shortRuns: Record<string, { source: string; more: Record<string, unknown> }> = {
  "that are shorter than the sample interval": {
    source: firstIsLarge(300_000_000, ""),
    more: { repeat: 3, sample_interval: 2 },
  },
  "that take many samples": {
    source: firstIsLarge(300_000_000, "import time\ntime.sleep(0.3)"),
    more: { repeat: 2, sample_interval: 0.005 },
  },
  "as short as they can be": {
    source: firstIsLarge(300_000_000, "pass"),
    more: { repeat: 30, sample_interval: 0.05 },
  },
};

for (const [what, { source, more }] of Object.entries(shortRuns)) {
  Deno.test(`runs ${what} do not take the warm-up's memory for theirs`, () =>
    withServer(async (client) => {
      const directory = Deno.makeTempDirSync({ dir: (await shared.home()).path });
      const { figures } = await benchmark(client, source, { directory, dependencies: [], ...more });
      assert.ok(figures.peak_rss_mb < 100, JSON.stringify(figures));
      const profile = figures.memory_profile ?? [];
      assert.ok(profile.every(([, mb]) => mb < 100), JSON.stringify(profile));
    }));
}

Deno.test("a run that is shorter than the sample interval has a profile", () =>
  withServer(async (client) => {
    const source = "import time\ndata = bytearray(b'x') * 50_000_000\ntime.sleep(0.4)\n";
    const { figures } = await benchmark(client, source, { dependencies: [], sample_interval: 1 });
    assert.ok(figures.memory_profile.length > 1, JSON.stringify(figures));
    assert.ok(figures.memory_profile.some(([, mb]) => mb > 40));
  }));
