import assert from "node:assert/strict";
import { join } from "node:path";
import { explainFailure } from "../../../lib/python/advice/explain_failure.ts";
import { makePrivateCa } from "../../helpers/private_ca.ts";
import { type PrivateIndex, servePrivateIndex, serveProxy } from "../../helpers/private_index.ts";
import { inScene, type Scene } from "../../helpers/python_scene.ts";
import { runPlan } from "../../helpers/run_plan.ts";

const useOurs = "import ourlib\nprint(ourlib.VALUE)\n";

/** Runs a script that needs `ourlib`, with a uv that has never seen it. */
async function runOurs({ folder, plan, context }: Scene, env: Record<string, string>) {
  Object.assign(
    context.baseEnv,
    { UV_CACHE_DIR: join(folder, "cache"), UV_HTTP_RETRIES: "0" },
    env,
  );
  const made = await plan(useOurs, { dependencies: ["ourlib"] });
  return { plan: made, ended: await runPlan(made, context.baseEnv) };
}

for (const name of ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX"]) {
  Deno.test(`packages come from the private index of ${name}`, () =>
    inScene(async (scene) => {
      await using index = servePrivateIndex();
      const { ended } = await runOurs(scene, { [name]: index.url });
      assert.equal(ended.stdout, "ours\n", ended.stderr);
      assert.ok(index.served.includes("/simple/ourlib/"));
    }));
}

Deno.test("packages come from the index and the sources of the header", () =>
  inScene(async (scene) => {
    await using index = servePrivateIndex();
    const header = '# /// script\n# dependencies = ["ourlib"]\n# [tool.uv.sources]\n' +
      `# ourlib = { index = "ours" }\n# [[tool.uv.index]]\n# name = "ours"\n# url = "${index.url}"\n` +
      "# explicit = true\n# ///\n";
    scene.context.baseEnv.UV_CACHE_DIR = join(scene.folder, "cache");
    const made = await scene.plan(header + useOurs);
    const ended = await runPlan(made, scene.context.baseEnv);
    assert.equal(ended.stdout, "ours\n", ended.stderr);
    assert.doesNotMatch(JSON.stringify(made), /s3cret/);
  }));

Deno.test("nothing is fetched for an import that is in no table, even where an index has it", () =>
  inScene(async (scene) => {
    await using index = servePrivateIndex();
    const { folder, plan, context } = scene;
    Object.assign(context.baseEnv, {
      UV_CACHE_DIR: join(folder, "cache"),
      UV_DEFAULT_INDEX: index.url,
    });
    const made = await plan(useOurs, { detectImports: true });
    const ended = await runPlan(made, context.baseEnv);
    assert.match(ended.stderr, /No module named 'ourlib'/);
    assert.match(made.note!, /ourlib; name the distribution in `dependencies`/);
    assert.deepEqual([...index.served, ...index.refused], []);
  }));

Deno.test("uv's own setting beats that of pip", () =>
  inScene(async (scene) => {
    await using index = servePrivateIndex();
    const { ended } = await runOurs(scene, {
      PIP_INDEX_URL: "http://127.0.0.1:9/simple",
      UV_DEFAULT_INDEX: index.url,
    });
    assert.equal(ended.stdout, "ours\n", ended.stderr);
  }));

Deno.test("packages of another index make another environment", () =>
  inScene(async ({ plan, context }) => {
    const python = async () => (await plan(useOurs, { dependencies: ["a"] })).run.argv[0]!;
    const before = await python();
    context.baseEnv.PIP_INDEX_URL = "https://user:one@index.example/simple";
    const other = await python();
    assert.notEqual(other, before);
    context.baseEnv.PIP_INDEX_URL = "https://user:two@index.example/simple";
    assert.equal(await python(), other, "a new password is no other index");
  }));

Deno.test("no password reaches the plan, and so the job's files", () =>
  inScene(async ({ folder, plan, context }) => {
    context.baseEnv.PIP_INDEX_URL = "https://user:s3cret@index.example/simple";
    const dependencies = ["ourlib @ https://user:s3cret@index.example/ourlib-1.0-py3-none-any.whl"];
    const made = await plan(useOurs, { dependencies });
    assert.doesNotMatch(JSON.stringify(made), /s3cret/);
    Deno.writeTextFileSync(join(folder, "requirements.txt"), "six\n");
    const added = await plan("", { dependencies, projectDirectory: folder, projectUse: "added" });
    assert.doesNotMatch(JSON.stringify(added), /s3cret/);
    assert.deepEqual(made.resolvedDependencies, [
      "ourlib @ https://****@index.example/ourlib-1.0-py3-none-any.whl",
    ]);
  }));

Deno.test("a wrong password is explained without showing it", () =>
  inScene(async (scene) => {
    await using index = servePrivateIndex();
    const { ended } = await runOurs(scene, { PIP_INDEX_URL: index.url.replace("s3cret", "wr0ng") });
    const text = explainFailure(ended.stderr, { label: ended.failedStep!, interpreters: "" });
    assert.match(text, /refused the request.*password/);
    assert.doesNotMatch(text, /wr0ng/);
  }));

Deno.test("packages come through a proxy", () =>
  inScene(async (scene) => {
    await using index = servePrivateIndex();
    await using proxy = await serveProxy(index.host);
    const { ended } = await runOurs(scene, {
      HTTP_PROXY: proxy.url,
      http_proxy: proxy.url,
      NO_PROXY: "",
      no_proxy: "",
      PIP_INDEX_URL: "http://user:s3cret@packages.office.example/simple",
    });
    assert.equal(ended.stdout, "ours\n", ended.stderr);
    assert.ok(proxy.asked.some((url) => url.startsWith("http://packages.office.example/simple/")));
  }));

/** Runs with an index over HTTPS whose certificate the office's own authority signed. */
function withOfficeCertificate(
  body: (scene: Scene, index: PrivateIndex, authority: string) => Promise<void>,
) {
  return inScene(async (scene) => {
    const { authority, ...certificate } = await makePrivateCa(scene.folder);
    await using index = servePrivateIndex({ certificate });
    await body(scene, index, authority);
  });
}

for (
  const [what, settings] of [
    ["SSL_CERT_FILE", (file: string) => ({ SSL_CERT_FILE: file })],
    ["PIP_CERT", (file: string) => ({ PIP_CERT: file, SSL_CERT_FILE: "" })],
    ["UV_NATIVE_TLS", (file: string) => ({ UV_NATIVE_TLS: "1", SSL_CERT_FILE: file })],
    ["UV_SYSTEM_CERTS", (file: string) => ({ UV_SYSTEM_CERTS: "1", SSL_CERT_FILE: file })],
  ] as const
) {
  Deno.test(`the certificates of an office count under ${what}`, () =>
    withOfficeCertificate(async (scene, index, authority) => {
      const { ended } = await runOurs(scene, { PIP_INDEX_URL: index.url, ...settings(authority) });
      assert.equal(ended.stdout, "ours\n", ended.stderr);
    }));
}

Deno.test("a certificate of an unknown authority is explained", () =>
  withOfficeCertificate(async (scene, index) => {
    const { ended } = await runOurs(scene, { PIP_INDEX_URL: index.url });
    const text = explainFailure(ended.stderr, { label: ended.failedStep!, interpreters: "" });
    assert.match(text, /certificate[^]*could not be reached.*SSL_CERT_FILE/);
  }));

Deno.test("packages come over HTTPS through a proxy", () =>
  withOfficeCertificate(async (scene, index, authority) => {
    await using proxy = await serveProxy(index.host);
    const { ended } = await runOurs(scene, {
      HTTPS_PROXY: proxy.url,
      https_proxy: proxy.url,
      NO_PROXY: "",
      no_proxy: "",
      PIP_INDEX_URL: "https://user:s3cret@packages.office.example/simple",
      SSL_CERT_FILE: authority,
    });
    assert.equal(ended.stdout, "ours\n", ended.stderr);
    assert.deepEqual([...new Set(proxy.asked)], ["packages.office.example:443"]);
  }));

Deno.test("what is cached can be installed offline", () =>
  inScene(async (scene) => {
    const index = servePrivateIndex();
    const { ended } = await runOurs(scene, { UV_DEFAULT_INDEX: index.url });
    assert.equal(ended.stdout, "ours\n", ended.stderr);
    await index.close();
    Deno.removeSync(join(scene.context.home, "environments"), { recursive: true });
    const again = await runOurs(scene, { UV_OFFLINE: "1" });
    assert.notDeepEqual(again.plan.prepare, []);
    assert.equal(again.ended.stdout, "ours\n", again.ended.stderr);
  }));

Deno.test("what is missing offline is explained", () =>
  inScene(async (scene) => {
    const { ended } = await runOurs(scene, { UV_OFFLINE: "1" });
    assert.match(
      explainFailure(ended.stderr, { label: ended.failedStep!, interpreters: "" }),
      /UV_OFFLINE/,
    );
  }));
