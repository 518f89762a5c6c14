import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { uvCacheHas } from "../../../lib/python/environment/uv_cache.ts";
import { uvFolder } from "../../helpers/run_plan.ts";

Deno.test("uvCacheHas knows wheels that uv has downloaded, and not what it only looked at", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const uv = join(await uvFolder(), "uv");
    const env = { ...Deno.env.toObject(), UV_CACHE_DIR: join(folder, "cache") };
    const run = (args: string[], input = "") => execFileSync(uv, args, { env, input });
    const python = "/usr/bin/python3";
    run(["pip", "install", "-q", "--target", join(folder, "x"), "--python", python, "idna==3.4"]);
    run(["pip", "compile", "-q", "--python", python, "-"], "six==1.16.0");
    assert.equal(uvCacheHas("idna", { env, python: "3.12" }), true);
    assert.equal(uvCacheHas("six", { env }), false);
    assert.equal(uvCacheHas("no-such", { env }), false);
    const wheels = [...Deno.readDirSync(env.UV_CACHE_DIR)].find(({ name }) => /^wheels/.test(name));
    const torch = join(env.UV_CACHE_DIR, wheels!.name, "index/1f2e3d/torch");
    Deno.mkdirSync(torch, { recursive: true });
    Deno.writeTextFileSync(join(torch, "2.4.0-cp312-cp312-manylinux1_x86_64.http"), "");
    assert.equal(uvCacheHas("torch", { env, python: "3.12.4" }), true);
    assert.equal(uvCacheHas("torch", { env, python: "3.11" }), false);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
