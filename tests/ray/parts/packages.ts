import assert from "node:assert/strict";
import { join } from "node:path";
import { storedZip } from "../../../lib/jobs/ray/stored_zip.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { begin } from "../on_ray.ts";
import { noRay } from "../ray_cluster.ts";

skippableTest(
  "packages are installed by uv on the node, once, with settings of the call",
  noRay,
  async () => {
    const { home, server } = await begin();
    const links = home.join("links");
    await Deno.mkdir(links);
    await Deno.writeFile(join(links, "pkg_of_test-1.5-py3-none-any.whl"), wheel());
    const { json } = await server.call("py_run_script_with_dependencies", {
      script_content: "import pkg_of_test; print(pkg_of_test.VALUE)",
      dependencies: ["pkg-of-test>=1"],
      env_vars: { UV_FIND_LINKS: links, UV_OFFLINE: "1" },
      run_on: "ray",
      time_budget_seconds: 100,
    });
    assert.equal(json.stdout, "of the wheel\n", JSON.stringify(json));
    assert.deepEqual(json.resolved_dependencies, ["pkg-of-test>=1"]);
    const missing = await server.call("py_run_script_with_dependencies", {
      script_content: "print(1)",
      dependencies: ["no-such-pkg-of-test"],
      env_vars: { UV_FIND_LINKS: links, UV_OFFLINE: "1" },
      run_on: "ray",
      time_budget_seconds: 100,
    });
    assert.equal(missing.isError, true);
    assert.match(String(missing.json.error), /no-such-pkg-of-test/);
  },
);

/** A wheel with one module. */
function wheel(): Uint8Array<ArrayBuffer> {
  const info = "pkg_of_test-1.5.dist-info";
  const files = {
    "pkg_of_test.py": 'VALUE = "of the wheel"\n',
    [`${info}/METADATA`]: "Metadata-Version: 2.1\nName: pkg-of-test\nVersion: 1.5\n",
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${info}/RECORD`]: "",
  };
  const encoder = new TextEncoder();
  return storedZip(
    Object.entries(files).map(([name, text]) => ({ name, content: encoder.encode(text) })),
  );
}

skippableTest(
  "a version of Python that the cluster does not have is a clear error",
  noRay,
  async () => {
    const { server } = await begin();
    const { json } = await server.call("py_run_script_with_dependencies", {
      dependencies: ["six"],
      script_content: "print(1)",
      python_version: "3.99",
      run_on: "ray",
      time_budget_seconds: 100,
    });
    assert.match(String(json.error), /Python 3.99 \(.*\) is not on the node .* Python is 3\./);
  },
);
