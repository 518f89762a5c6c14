import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type Connection } from "../helpers/connect.ts";
import { servePrivateIndex } from "../helpers/private_index.ts";
import { withUv } from "../helpers/run_plan.ts";
import { TestHome } from "../helpers/test_home.ts";

const USE_OURS = "import ourlib\nprint(ourlib.VALUE)\n";

/** The files below a folder that hold a text, compressed ones not looked into. */
function filesWith(folder: string, text: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory, isFile }) => {
    const path = join(folder, name);
    if (isDirectory) return filesWith(path, text);
    return isFile && new TextDecoder("latin1").decode(Deno.readFileSync(path)).includes(text)
      ? [path]
      : [];
  });
}

/** Runs a script in the background and returns all that its client and this user can read of it. */
async function runAndRead(client: Connection, args: Record<string, unknown>): Promise<string> {
  const { json } = await client.call("py_run_script_with_dependencies_async", {
    script_content: USE_OURS,
    dependencies: ["ourlib"],
    ...args,
  });
  const status = await client.call("py_job_status", { job_id: json.job_id, wait_seconds: 30 });
  const resources = [`job://${json.job_id}`, `job-stream://${json.job_id}`];
  const read = await Promise.all(resources.map((uri) => client.readResource(uri)));
  return JSON.stringify([status, read]);
}

for (
  const [how, fromCaller] of [["the server's environment", false], ["env_vars", true]] as const
) {
  Deno.test(`the password of an index in ${how} is in no answer and no file`, async () => {
    await using index = servePrivateIndex();
    await using home = await TestHome.create();
    await using cache = await TestHome.create();
    const settings = (url: string) => ({ UV_INDEX: url, UV_CACHE_DIR: cache.join("uv") });
    const urls = [index.url, index.url.replace("s3cret", "wr0ng-s3cret")];
    for (const url of urls) {
      await using client = await connect({
        home: home.path,
        env: {
          ...await withUv(),
          SMART_ASYNC_DEBUG: "true",
          ...(fromCaller ? {} : settings(url)),
        },
      });
      const marker = url === urls[0] ? [] : ["six"];
      const read = await runAndRead(client, {
        dependencies: ["ourlib", ...marker],
        ...(fromCaller ? { env_vars: settings(url) } : {}),
      });
      assert.match(read, url === urls[0] ? /ours\\n/ : /refused the request/);
      assert.doesNotMatch(read + client.stderr(), /s3cret/);
    }
    assert.deepEqual(filesWith(home.path, "s3cret"), []);
  });
}
