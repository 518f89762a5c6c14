import assert from "node:assert/strict";
import { runProcess } from "../../helpers/run_process.ts";
import { PYTHON } from "../job_bench.ts";
import { WarmBench } from "./warm_bench.ts";

/** What another launcher of the home finds while a host is stopped, and later: "nothing", then "the host". */
const SOURCE = `import os, signal, sys, time
sys.dont_write_bytecode, sys.path[:0] = True, [sys.argv[2]]
from known_hosts import KnownHosts
home = sys.argv[1]
open_hosts = lambda: KnownHosts(home, home + "/runtime", home + "/warm")
key = {"python": sys.executable, "environ": {"OF": "this test"}, "process": {}, "sources": ""}
first, other = open_hosts(), open_hosts()
first.want(key, {"mode": "start", "mb": 1024, "imports": []})
until = time.monotonic() + 20
while not any(host.ready for host in first.hosts.values()) and time.monotonic() < until:
    first.start_wanted(0)
    for number in list(first.hosts): first.hear(number)
    time.sleep(0.02)
[host] = first.hosts.values()
os.kill(host.pid, signal.SIGSTOP)
print("the host" if other.find(key) else "nothing")
os.kill(host.pid, signal.SIGCONT)
while not (found := other.find(key)) and time.monotonic() < until: time.sleep(0.02)
print("the host" if found and found.path == host.path else "nothing")
first.end(host.socket.fileno())`;

Deno.test("a launcher asks a host of another one again when it was too busy to answer at once", async () => {
  await using bench = await WarmBench.open();
  await bench.untilWarm();
  const { path } = bench.jobs;
  const folder = [...Deno.readDirSync(`${path}/runtime`)].map(({ name }) => name)
    .find((name) => name.startsWith("jobs-"));
  const { stdout, stderr } = await runProcess(
    [PYTHON, "-c", SOURCE, path, `${path}/runtime/${folder}`],
  );
  assert.deepEqual({ stdout, stderr }, { stdout: "nothing\nthe host\n", stderr: "" });
});
