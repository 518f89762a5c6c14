import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { holdLock } from "../../lib/jobs/files/file_lock.ts";
import { jobFolder, openHome } from "../../lib/jobs/files/home.ts";
import { JobFiles } from "../../lib/jobs/files/job_files.ts";
import { JobBench, python } from "../jobs/job_bench.ts";
import { roleOfFork } from "../jobs/kill.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";
import { contradictionOf, type Job, readTruth, type Truth } from "./check_job.ts";
import {
  faultsOfDatabase,
  leakedHandles,
  leftoversIn,
  locksHeldIn,
  orphansOf,
} from "./check_home.ts";
import type { Started } from "./house.ts";

const printed = new TextEncoder().encode("line 0\n");
const truth: Truth = readTruth(
  `start\nprinted 7\nout ${createHash("sha1").update(printed).digest("hex")}\nend 0`,
);
const one: Started = {
  kind: "plain",
  exitCode: 0,
  inCall: false,
  server: 0,
  tag: "tag",
  id: "id",
  mayBeCancelled: false,
  hit: new Set(),
};
const job: Job = {
  id: "id",
  label: "tag",
  status: "completed",
  error: null,
  result: { exit_code: 0 },
};

function failedWith(error: string): Partial<Job> {
  return { status: "failed", error, result: null };
}

Deno.test("chaos finds nothing wrong when a job is as its script says", () => {
  assert.equal(contradictionOf(one, job, truth, printed), undefined);
});

const unended = { ...truth, end: undefined, out: undefined };
const WRONG: [string, Partial<Started>, Partial<Job>, Truth, Uint8Array, RegExp][] = [
  ["ran twice", {}, {}, { ...truth, starts: 2 }, printed, /started 2 times/],
  ["lost its values", { kind: "values" }, {}, truth, printed, /values did not reach it/],
  ["got other input", { kind: "input" }, {}, { ...truth, has: { stdin: "x" } }, printed, /input/],
  ["lost printed bytes", {}, {}, truth, printed.subarray(2), /2 of 7 printed bytes are not kept/],
  ["lost other output", {}, {}, truth, new TextEncoder().encode("line 1\n"), /not what it printed/],
  ["was cancelled unasked", {}, { status: "cancelled" }, truth, printed, /nobody asked/],
  ["completed with an error", {}, {}, { ...truth, end: 3 }, printed, /script says 3/],
  ["completed in the middle", {}, {}, unended, printed, /script says undefined/],
  ["goes on for ever", {}, { status: "running" }, truth, printed, /status is running/],
  ["failed although it ended well", {}, failedWith("SIGKILL"), truth, printed, /without reason/],
  [
    "says that an unharmed supervisor was killed",
    {},
    failedWith("The job's supervisor was killed or the machine went down"),
    unended,
    printed,
    /without reason/,
  ],
  [
    "reached no time limit",
    {},
    failedWith("time limit of 1 s"),
    unended,
    printed,
    /without reason/,
  ],
  [
    "says that it printed much",
    {},
    failedWith("exceeded the limit of 4 MB"),
    unended,
    printed,
    /w/,
  ],
  [
    "lost values that it never had",
    {},
    failedWith("kept nowhere: start it again"),
    readTruth(""),
    new Uint8Array(),
    /without reason/,
  ],
  [
    "was promised and not handed over",
    {},
    failedWith("ended before it could"),
    readTruth(""),
    new Uint8Array(),
    /without reason/,
  ],
];

for (const [what, more, changed, said, stdout, expected] of WRONG) {
  Deno.test(`chaos finds a job wrong when it ${what}`, () => {
    const found = contradictionOf({ ...one, ...more }, { ...job, ...changed }, said, stdout);
    assert.match(found ?? "nothing", expected);
  });
}

Deno.test("chaos takes a reason for good when its fault was done to the job", () => {
  for (
    const [hit, error] of [
      ["script", "The script was ended by SIGKILL"],
      ["supervisor", "The job's supervisor was killed or the machine went down"],
    ] as const
  ) {
    const struck = { ...one, hit: new Set([hit]) };
    const failed = { ...job, ...failedWith(error) };
    assert.equal(contradictionOf(struck, failed, unended, printed), undefined);
  }
});

Deno.test("chaos finds what is left in a home when it is no use to anybody", async () => {
  await using home = await TestHome.create();
  await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    await bench.run(python("print(1)"));
  })();
  await waitFor(() => leftoversIn(home.path).length === 0, {
    what: "the end of the launcher",
  });
  const left = [
    "owners/somebody",
    "queue/waiting/call.x",
    "meta/jobs.json.new",
    "jobs/unknown/started.new",
  ];
  Deno.mkdirSync(home.join("jobs/unknown"));
  for (const path of left) Deno.writeTextFileSync(home.join(path), "");
  assert.deepEqual(leftoversIn(home.path).sort(), [...left, "jobs/unknown (without a row)"].sort());
});

Deno.test("chaos finds a row when it has no files or has not ended", async () => {
  await using home = await TestHome.create();
  let id: string;
  {
    await using bench = await JobBench.open({ home: home.path });
    ({ id } = await bench.run(python("print(1)")));
  }
  assert.deepEqual(faultsOfDatabase(home.path), []);
  Deno.removeSync(jobFolder(openHome(home.path), id)!, { recursive: true });
  await waitFor(() => orphansOf(home.path).length === 0, {
    what: "the end of the launcher",
  });
  assert.match(leftoversIn(home.path)[0]!, /row of .* \(without files/);
  const database = new DatabaseSync(join(home.path, "meta/jobs.db"));
  database.exec("UPDATE jobs SET status = 'running'");
  database.close();
  assert.match(faultsOfDatabase(home.path)[0]!, /is running for ever/);
});

Deno.test("chaos finds a lock and an open file when somebody has them", async () => {
  await using home = await TestHome.create();
  const { jobs } = openHome(home.path);
  const files = new JobFiles(join(jobs, "x"));
  files.create();
  assert.deepEqual(locksHeldIn(home.path), []);
  using _lock = holdLock(files.lock);
  assert.deepEqual(locksHeldIn(home.path), ["jobs/x/lock"]);
  assert.match(leakedHandles(Deno.pid, home.path)[0]!, /jobs\/x\/lock open/);
});

Deno.test("chaos finds a process when it outlives its job", async () => {
  await using home = await TestHome.create();
  const child = new Deno.Command("/bin/sleep", { args: ["1000"], env: { HOME: home.path } })
    .spawn();
  try {
    await waitFor(() => orphansOf(home.path).length === 1, { what: "it" });
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
  assert.deepEqual(orphansOf(home.path), []);
});

Deno.test("chaos takes a script that is being started neither for its supervisor nor for a launcher", async () => {
  const source = `import os, sys
def child(act):
    pid = os.fork()
    if pid == 0:
        act()
        sys.stdin.read()
        os._exit(0)
    os.write(2, b"%d " % pid)
def as_supervisor(hold=os.open("/dev/null", os.O_RDWR)):
    os.dup2(hold, 1)
    child(lambda: None)
    child(lambda: os.dup2(2, 1))
os.write(2, b"%d " % os.getpid())
child(as_supervisor)
sys.stdin.read()`;
  const launcher = new Deno.Command("/usr/bin/python3", {
    args: ["-c", source],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  for await (const text of launcher.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.split(" ").length === 5) break;
  }
  const pids = said.trim().split(" ").map(Number);
  const roles = pids.map((pid) => roleOfFork(pid, pids));
  await launcher.stdin.close();
  await launcher.stdout.cancel();
  await launcher.status;
  assert.equal(roles[pids.indexOf(launcher.pid)], "launcher");
  assert.deepEqual(roles.sort(), ["launcher", "script", "script", "supervisor"]);
});
