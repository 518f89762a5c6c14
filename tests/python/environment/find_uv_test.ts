import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { exists } from "../../../lib/base/private_files.ts";
import { findUv } from "../../../lib/python/environment/find_uv.ts";
import { uvFolder } from "../../helpers/run_plan.ts";
import { skippableTest } from "../../helpers/skippable.ts";

/** Puts programs below a folder and looks for uv with the given PATH, relative to it. */
function look(programs: Record<string, string>, path: string): string | undefined {
  const root = Deno.makeTempDirSync();
  try {
    for (const [name, content] of Object.entries(programs)) {
      Deno.mkdirSync(dirname(join(root, name)), { recursive: true });
      Deno.writeTextFileSync(join(root, name), content, { mode: 0o755 });
    }
    const env = { HOME: root, PYENV_ROOT: join(root, "pyenv"), PATH: join(root, path) };
    return findUv(join(root, "home"), env)?.slice(root.length + 1);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

const installed = ["/usr/bin/uv", "/usr/local/bin/uv"].some(exists) && "the system has a uv";

skippableTest("findUv looks behind a shim of pyenv", installed, () => {
  const programs = { "pyenv/shims/uv": "#!/bin/bash", "pyenv/versions/3.12.1/bin/uv": "ELF" };
  assert.equal(look(programs, "pyenv/shims"), "pyenv/versions/3.12.1/bin/uv");
});

Deno.test("findUv takes the one on PATH first", () => {
  assert.equal(look({ "bin/uv": "ELF", ".local/bin/uv": "ELF" }, "bin"), "bin/uv");
});

skippableTest("findUv finds its own installation last", installed, () => {
  assert.equal(look({ "home/tools/uv/bin/uv": "ELF" }, "bin"), "home/tools/uv/bin/uv");
});

skippableTest("findUv finds nothing where there is none", installed, () => {
  assert.equal(look({ "bin/uv": "#!/bin/sh" }, "bin"), undefined);
});

Deno.test("installUvStep installs a uv that runs", async () => {
  const folder = await uvFolder();
  const uv = join(folder, "uv");
  const { stdout } = await new Deno.Command(uv, { args: ["--version"] }).output();
  assert.match(new TextDecoder().decode(stdout), /^uv \d+\./);
});
