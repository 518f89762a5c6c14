import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { allInterpreters, type Interpreter } from "../../helpers/interpreters.ts";
import { inScene } from "../../helpers/python_scene.ts";
import { runPlan, uvFolder } from "../../helpers/run_plan.ts";
import { skippableTest } from "../../helpers/skippable.ts";

const SHOW = "import platform, sys\nprint(platform.python_version(), sys.base_prefix)\n";
const LEFT_OUT = ["test", "*.a", "__pycache__", "site-packages", "idlelib", "tkinter"];

const [system, ...others] = allInterpreters;
const minor = (version: string) => version.split(".").slice(0, 2).join(".");
const second = others.find(({ version }) => minor(version) !== minor(system!.version));

/** Packs an interpreter that is not the system's as uv downloads them. */
function packInterpreter(
  folder: string,
  packed: Interpreter,
): { version: string; downloads: string } {
  const archive = join(folder, "python.tar.gz");
  execFileSync("tar", [
    ...["-czf", archive, ...LEFT_OUT.map((name) => `--exclude=${name}`)],
    ...["--transform", "s,^\\.,python,", "-C", dirname(dirname(packed.path)), "."],
  ]);
  const [major, minorNumber, patch] = packed.version.split(".").map(Number);
  const name = `cpython-${packed.version}-linux-${Deno.build.arch}-gnu`;
  const entry = {
    ...{ name: "cpython", arch: { family: Deno.build.arch, variant: null }, os: "linux" },
    ...{ libc: "gnu", major, minor: minorNumber, patch, prerelease: "", variant: null },
    ...{ url: `file://${archive}`, sha256: null, build: "20260101" },
  };
  const downloads = join(folder, "downloads.json");
  Deno.writeTextFileSync(downloads, JSON.stringify({ [name]: entry }));
  return { version: packed.version, downloads };
}

const why = (second === undefined || Deno.build.os !== "linux") &&
  "there is no second interpreter to be downloaded";

skippableTest(
  "a version that is nowhere on the machine is downloaded by uv, once",
  why,
  () =>
    inScene(async ({ folder, plan, context }) => {
      const packed = packInterpreter(folder, second!);
      const pythons = join(folder, "pythons");
      Object.assign(context.baseEnv, {
        HOME: folder,
        PATH: `${await uvFolder()}:/usr/bin:/bin`,
        PYENV_ROOT: join(folder, "no-pyenv"),
        UV_PYTHON_DOWNLOADS_JSON_URL: packed.downloads,
        UV_PYTHON_INSTALL_DIR: pythons,
      });
      const pythonVersion = packed.version.split(".").slice(0, 2).join(".");
      const first = await plan(SHOW, { pythonVersion });
      assert.equal(first.prepare[0]!.label, `Downloading Python ${pythonVersion}`);
      const ended = await runPlan(first, context.baseEnv);
      assert.ok(ended.stdout.startsWith(`${packed.version} ${pythons}/`), JSON.stringify(ended));
      const again = await plan(SHOW, { pythonVersion });
      assert.ok(again.prepare.every(({ label }) => !label.startsWith("Downloading")));
      assert.equal((await runPlan(again, context.baseEnv)).stdout, ended.stdout);
    }),
);
