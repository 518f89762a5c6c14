import assert from "node:assert/strict";
import { skippableTest } from "../../helpers/skippable.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { begin, ended, look, runProgram, runs, start } from "../on_ray.ts";
import { noRay, type RayCluster } from "../ray_cluster.ts";
import type { RayNode } from "../ray_node.ts";

let node: Promise<RayNode> | undefined;

/** A second node for the tests of this file. */
function addNode(cluster: RayCluster): Promise<RayNode> {
  return node ??= cluster.addNode("second");
}

/** Starts what only the end of its job ends, in a session and with parents of its own. */
const LEAVES_DAEMON = `
import os, socket, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
with open(os.environ["PYTHON_MCP_ARTIFACTS"] + "/made.txt", "w") as file:
    file.write("made")
print(socket.gethostname(), flush=True)
time.sleep(600)
`;

/** The processes of a job: none of it is left when these are gone. */
function processesOf(id: string): string[] {
  const { stdout } = new Deno.Command("grep", {
    args: ["-lsF", `PYTHON_MCP_JOB_ID=${id}`, ...environments()],
  }).outputSync();
  return new TextDecoder().decode(stdout).split("\n").filter((path) => path !== "");
}

function environments(): string[] {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name))
    .map(({ name }) => `/proc/${name}/environ`);
}

skippableTest("a job on Ray runs on the node that has what it asks for", noRay, async () => {
  const { cluster, home, server } = await begin();
  await addNode(cluster);
  const source = `
import os, socket, sys
print(socket.gethostname())
print("err", file=sys.stderr)
open(os.environ["PYTHON_MCP_ARTIFACTS"] + "/made.txt", "w").write("made")
`;
  const { json } = await server.call("py_run_script_with_dependencies", {
    script_content: source,
    run_on: "ray",
    ray: { labels: { kind: "other" } },
    time_budget_seconds: 100,
  });
  assert.equal(json.stdout, "second\n", JSON.stringify(json));
  assert.equal(json.stderr, "err\n");
  assert.equal(json.node, "second");
  const [made] = json.artifacts as { path: string }[];
  assert.equal(await Deno.readTextFile(made!.path), "made");
  const script = home.join("on_node/where.py");
  await Deno.mkdir(home.join("on_node"));
  await Deno.writeTextFile(script, source);
  const choice = ["--custom", "away=1", "--node-label", "kind=other"];
  const said = await runProgram(
    cluster,
    { ...cluster.env, PYTHON_MCP_HOME: home.join("home") },
    ["run", "--run-on", "ray", ...choice, script],
  );
  assert.equal(said, "second\n");
  const here = await ended(
    server,
    await start(server, source, { ray: { labels: { kind: "!other" } } }),
  );
  assert.equal(here.result?.node, Deno.hostname());
});

skippableTest(
  "a job on another node is stopped with all of it when it is cancelled",
  noRay,
  async () => {
    const { cluster, server } = await begin();
    await addNode(cluster);
    const id = await start(server, LEAVES_DAEMON, { ray: { custom: { away: 1 } } });
    await runs(server, id, "second");
    assert.equal(processesOf(id).length, 2);
    const { json } = await server.call("py_cancel_job", { job_id: id });
    assert.equal(json.status, "cancelled", JSON.stringify(json));
    assert.deepEqual(processesOf(id), []);
    const { result } = await look(server, id);
    assert.equal((result?.artifacts as unknown[]).length, 1, JSON.stringify(result));
  },
);

skippableTest(
  "a job is failed with the words that its node has died, and nothing of it runs on, when it does",
  noRay,
  async () => {
    const { cluster, home, server } = await begin();
    const second = await addNode(cluster);
    const mark = home.join("starts");
    const id = await start(
      server,
      `open(${JSON.stringify(mark)}, "a").write("x")\n${LEAVES_DAEMON}`,
      { ray: { custom: { away: 1 } } },
    );
    await runs(server, id, "second");
    const begunAt = performance.now();
    await second.kill();
    node = undefined;
    await waitFor(() => processesOf(id).length === 0, { what: "the end of all of it" });
    const job = await ended(server, id);
    assert.equal(job.status, "failed");
    assert.match(job.error!, /^The job is lost: its node second has died \(/);
    assert.equal(job.result?.stdout, "second\n");
    assert.ok(Number(job.result?.elapsed_seconds) >= 1, JSON.stringify(job.result));
    assert.equal(await Deno.readTextFile(mark), "x");
    assert.ok(performance.now() - begunAt < 60_000);
  },
);
