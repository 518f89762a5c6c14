import assert from "node:assert/strict";
import { listTool } from "../../../lib/mcp/tools/list_tool.ts";
import { parseInput } from "../../../lib/mcp/tools/parse_input.ts";
import { TOOLS, TOOLS_WITH_RAY } from "../../../lib/mcp/tools/tools.ts";
import { rayWish } from "../../../lib/mcp/tools/with_ray.ts";
import { readSettings } from "../../../lib/runs/settings.ts";
import { scopedFlags } from "../../../lib/serve/program/scoped_flags.ts";

const hasRay = (tools: typeof TOOLS) =>
  tools.filter((tool) => "run_on" in listTool(tool).inputSchema.properties!).map(({ name }) =>
    name
  );

Deno.test("run_on is a parameter of what runs scripts, and only where there is a cluster", () => {
  assert.deepEqual(hasRay(TOOLS), []);
  assert.deepEqual(hasRay(TOOLS_WITH_RAY), [
    "py_run_script_in_dir",
    "py_run_script_in_dir_async",
    "py_run_script_with_dependencies",
    "py_run_script_with_dependencies_async",
    "py_benchmark_script",
    "py_run_saved_script",
  ]);
});

Deno.test("a run is for the cluster when run_on says so, and not when ray alone is given", () => {
  const tool = TOOLS_WITH_RAY.find(({ name }) => name === "py_run_script_in_dir")!;
  const wish = (given: Record<string, unknown>) =>
    rayWish(parseInput(tool, { directory: "/", ...given }).input as Parameters<typeof rayWish>[0]);
  assert.equal(wish({}), undefined);
  assert.equal(wish({ run_on: "local", ray: { cpus: 2 } }), undefined);
  const ray = { cpus: 0.5, custom: { disk: 1 }, labels: { zone: "a" }, include: ["*.csv"] };
  assert.deepEqual(wish({ run_on: "ray", ray: { ...ray, shared_directory: "/nfs" } }), {
    ...ray,
    sharedDirectory: "/nfs",
  });
  assert.throws(() => wish({ run_on: "ray", ray: { cpus: -1 } }), /ray\.cpus/);
  assert.throws(() => wish({ run_on: "slurm" }), /run_on/);
  assert.throws(
    () => wish({ run_on: "ray", ray: { gpu: 1, shape: 2 } }),
    /parameter `ray.gpu` \(did you mean `gpus`\?\), `ray.shape`; those of `ray` are cpus, gpus, custom, labels, /,
  );
});

const ADDRESSES: [text: string, url: string | undefined][] = [
  ["http://head:8265", "http://head:8265"],
  ["https://ray.example/cluster", "https://ray.example/cluster"],
  ["head:8265", undefined],
  ["ray://head:10001", undefined],
  ["", undefined],
];
for (const [text, url] of ADDRESSES) {
  Deno.test(`the cluster of PYTHON_MCP_RAY_ADDRESS=${text} is ${url ?? "none"}`, () => {
    const warnings: string[] = [];
    const env = { HOME: "/", PYTHON_MCP_RAY_ADDRESS: text, RAY_AUTH_TOKEN: "token" };
    const { ray } = readSettings(env, (message) => warnings.push(message));
    assert.deepEqual(ray, url === undefined ? undefined : { url, token: "token" });
    assert.equal(warnings.length, url === undefined && text !== "" ? 1 : 0);
  });
}

Deno.test("the flags of a server let it reach its cluster and its clients, and nobody else", () => {
  const net = (listen: string | undefined, ray: string | undefined) =>
    scopedFlags({ home: "/h", python: "/p", listen, ray }).filter((flag) => flag.includes("net"));
  assert.deepEqual(net(undefined, undefined), []);
  assert.deepEqual(net(undefined, "https://head/path"), ["--allow-net=head:443"]);
  assert.deepEqual(net("localhost:1", "http://head:8265"), ["--allow-net=localhost:1,head:8265"]);
});
