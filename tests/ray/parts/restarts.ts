import assert from "node:assert/strict";
import { makePrivateCa } from "../../helpers/private_ca.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { begin, ended, runProgram, runs, start } from "../on_ray.ts";
import { Relay } from "../relay.ts";
import { noRay } from "../ray_cluster.ts";

skippableTest(
  "a cluster with a token, behind TLS, takes jobs from those who have it",
  noRay,
  async () => {
    const { cluster, home } = await begin();
    const ca = await makePrivateCa(home.path);
    await using relay = await Relay.start(cluster, home, [ca.cert, ca.key]);
    const behindTls = { PYTHON_MCP_RAY_ADDRESS: relay.url };
    const shared = { ...cluster.env, PYTHON_MCP_HOME: home.join("home") };
    const cli = (given: Record<string, string>, ...args: string[]) =>
      runProgram(cluster, { ...shared, ...given }, args);
    const doctor = (given: Record<string, string>) => cli(given, "doctor", "--offline");
    assert.match(await doctor(behindTls), /certificate.* DENO_CERT/);
    assert.match(
      await doctor({ ...behindTls, DENO_CERT: ca.authority, RAY_AUTH_TOKEN: "wrong" }),
      /does not accept the token \(40[13]\)/,
    );
    assert.match(await doctor({}), /ok +Ray +Ray 2\.60\.\d+ at .*, \d nodes?/);
    const script = home.join("token.py");
    await Deno.writeTextFile(script, "import os; print('RAY_AUTH_TOKEN' in os.environ)");
    const tokenFile = home.join("token");
    await Deno.writeTextFile(tokenFile, `${cluster.env.RAY_AUTH_TOKEN}\n`);
    const said = await cli(
      { RAY_AUTH_TOKEN: "", RAY_AUTH_TOKEN_PATH: tokenFile },
      "run",
      "--run-on",
      "ray",
      "-C",
      home.path,
      script,
    );
    assert.equal(said, "False\n");
  },
);

skippableTest(
  "a job is failed, and not submitted again, when the cluster was restarted",
  noRay,
  async () => {
    const { cluster, home, server } = await begin();
    const mark = home.join("times");
    const id = await start(
      server,
      `
import time
open(${JSON.stringify(mark)}, "a").write("x")
print("running", flush=True)
time.sleep(600)
`,
    );
    await runs(server, id, "running");
    await cluster.stopHead();
    // The new one lets everybody in.
    delete cluster.rayEnv.RAY_AUTH_MODE;
    await cluster.startHead();
    const job = await ended(server, id);
    assert.equal(job.status, "failed");
    assert.match(job.error!, /the cluster was restarted/);
    assert.equal(await Deno.readTextFile(mark), "x");
    assert.ok(!(await cluster.get("api/jobs/"))!.includes(id));
  },
);
