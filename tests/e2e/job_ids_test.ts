import assert from "node:assert/strict";
import { connect } from "../helpers/connect.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const ID = "9c0af4c2-2a74-430e-bc1d-0f419b6bd503";

/** What leads, or seems to lead, to the folder `outside` beside `jobs`, which looks like a job's. */
const NO_IDS = [
  "",
  ".",
  "..",
  "../outside",
  `${ID}/../../outside`,
  "/etc",
  ID, // a link to it
  `${ID}\0`,
  `${ID}/`,
  ID.toUpperCase(),
  "x".repeat(300),
];

Deno.test("job ids lead to no file when they are no ids of jobs", async () => {
  await using home = await TestHome.prepared();
  const outside = home.join("outside");
  Deno.mkdirSync(home.join("jobs"));
  Deno.mkdirSync(`${outside}/artifacts`, { recursive: true });
  for (const name of ["stdout.log", "spec.json", "artifacts/a.txt"]) {
    Deno.writeTextFileSync(`${outside}/${name}`, "not for others");
  }
  await using server = await connect({ home: home.path });
  await server.call("py_list_jobs");
  Deno.symlinkSync(outside, home.join("jobs", ID));
  for (const job_id of NO_IDS) {
    for (const tool of ["py_job_status", "py_cancel_job"]) {
      const { json, isError } = await server.call(tool, { job_id });
      assert.equal(isError, true, job_id);
      assert.match(json.error as string, /There is no job with `job_id`/, job_id);
      assert.ok((json.error as string).length < 400, job_id);
    }
    const host = encodeURIComponent(job_id);
    for (
      const uri of [
        `job://${host}`,
        `job-stream://${host}`,
        `job-output://${host}/stdout`,
        `job-artifact://${host}/a.txt`,
      ]
    ) {
      await assert.rejects(server.readResource(uri), Error, uri);
    }
  }
  assert.deepEqual([...Deno.readDirSync(outside)].map(({ name }) => name).toSorted(), [
    "artifacts",
    "spec.json",
    "stdout.log",
  ]);
});

Deno.test("a sweep removes a link among the jobs and not what it leads to", async () => {
  await using home = await TestHome.prepared();
  const outside = home.join("outside");
  Deno.mkdirSync(home.join("jobs"));
  Deno.mkdirSync(outside);
  Deno.writeTextFileSync(`${outside}/kept`, "");
  Deno.symlinkSync(outside, home.join("jobs", ID));
  await using server = await connect({ home: home.path });
  const { json } = await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "print(1)",
    use_uv: false,
  });
  assert.equal(json.stdout, "1\n");
  await waitFor(() => [...Deno.readDirSync(home.join("jobs"))].length === 0, {
    what: "the sweep",
  });
  assert.deepEqual([...Deno.readDirSync(outside)].map(({ name }) => name), ["kept"]);
});
