import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exists } from "../../../lib/base/private_files.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { noSandbox, SandboxScene } from "../../helpers/sandbox_scene.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { type Waiting, waitingSandbox } from "../../helpers/waiting_sandbox.ts";
import { PYTHON } from "../../jobs/job_bench.ts";
import { kill, parentIfThere } from "../../jobs/kill.ts";

const JOBS = fileURLToPath(new URL("../../../lib/jobs", import.meta.url));

/** Says when its process began, as the system counts; then tries to write, also to what is guarded. */
const SCRIPT = `
import os, sys
print(open("/proc/self/stat").read().rsplit(")", 1)[1].split()[19])
open("written", "w").close()
for folder in ".git", ".venv", "below/.git":
    try:
        open(folder + "/planted", "w").close()
        print("planted in", folder)
    except OSError:
        pass
print(sys.argv[1:], os.environ.get("GIVEN"), sys.stdin.read(), os.getcwd(), os.environ["PWD"], sorted(os.listdir("/proc/self/fd")))
`;

/** When a process began, as the system counts. */
function beginOf(pid: number): string {
  return Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ")[19]!;
}

/** When the process of a run began, and what it prints besides. */
async function run(scene: SandboxScene, options: Parameters<SandboxScene["run"]>[1] = {}) {
  const { stdout, stderr, exit_code } = await scene.run(SCRIPT, options);
  assert.deepEqual([stderr, exit_code], ["", 0]);
  const [began, ...rest] = (stdout as string).split("\n");
  return { began, said: rest.join("\n") };
}

interface Fate {
  meet?: (root: string, waiting: Waiting) => void;
  options?: Parameters<SandboxScene["run"]>[1];
  isUsed?: true;
  check?: (root: string) => void;
}

/** What happens between the making of a sandbox and its job. */
const FATES: Record<string, Fate> = {
  "nothing happens": { isUsed: true },
  "its job has other arguments, variables and input": {
    isUsed: true,
    options: { args: ["it's", "", "-x\n"], envVars: { GIVEN: "a'b\"c$d\n" }, stdin: "input" },
  },
  "its job has a variable that a shell keeps for itself": {
    options: { envVars: { OLDPWD: "/a" } },
  },
  "its job has a variable that is none to a shell": { options: { envVars: { "A.B": "1" } } },
  "its job is a stricter one": { options: { sandbox: "isolated" } },
  "its job has a ceiling for memory": { options: { memoryMb: 2000 } },
  "a folder that has to be guarded is made": {
    meet: (root) => {
      Deno.removeSync(join(root, ".git"));
      Deno.mkdirSync(join(root, ".git/hooks"), { recursive: true });
    },
    check: (root) => Deno.removeSync(join(root, ".git"), { recursive: true }),
  },
  "one is made further below": {
    meet: (root) => Deno.mkdirSync(join(root, "below/.git"), { recursive: true }),
  },
  "the folder above a guarded one is moved, and another one takes its place": {
    meet: (root) => {
      Deno.renameSync(join(root, "below"), join(root, "moved"));
      Deno.mkdirSync(join(root, "below/.git"), { recursive: true });
    },
    check: (root) => Deno.removeSync(join(root, "moved"), { recursive: true }),
  },
  "what stands in for a guarded one is removed": {
    meet: (root) => Deno.removeSync(join(root, ".venv")),
  },
  "another folder takes the place of the root": {
    meet: (root) => {
      Deno.renameSync(root, `${root}.old`);
      Deno.mkdirSync(root);
    },
    check: (root) =>
      assert.deepEqual(
        [...Deno.readDirSync(`${root}.old`)].filter(({ name }) => name === "written"),
        [],
      ),
  },
  "its shell is killed": { meet: (_, { shell }) => kill(shell) },
  "bubblewrap is killed": { meet: (_, { bubblewrap }) => kill(bubblewrap) },
};

skippableTest(
  "a job has the sandbox that was made ahead only while nothing has changed",
  noSandbox,
  async () => {
    await using scene = await SandboxScene.open("workspace");
    const written = join(scene.root, "written");
    for (const [fate, { meet, options, isUsed = false, check }] of Object.entries(FATES)) {
      const like = await run(scene);
      const waiting = await waitingSandbox(scene.home.path);
      if (exists(written)) Deno.removeSync(written);
      const began = beginOf(waiting.shell);
      meet?.(scene.root, waiting);
      const ended = await run(scene, options);
      assert.equal(ended.began === began, isUsed, fate);
      if (options === undefined) assert.equal(ended.said, like.said, fate);
      else if (options.args) assert.match(ended.said, /^\["it's", '', '-x\\n'\] a'b"c\$d\n input /);
      assert.doesNotMatch(ended.said, /planted/, fate);
      assert.ok(exists(written), fate);
      check?.(scene.root);
    }
  },
);

skippableTest(
  "a script sees nothing of a sandbox that waits, which ends with its server",
  noSandbox,
  async () => {
    await using scene = await SandboxScene.open("isolated");
    await run(scene);
    await waitingSandbox(scene.home.path);
    const id = await scene.start(`
import os, time
while not os.path.exists("go"): time.sleep(0.02)
print(sorted(pid for pid in os.listdir("/proc") if pid.isdigit()), os.listdir(${
      JSON.stringify(scene.app.settings.home)
    } + "/jobs"))
`);
    // One that runs for seconds does not keep another one from being made.
    const { bubblewrap } = await waitingSandbox(scene.home.path);
    Deno.writeTextFileSync(join(scene.root, "go"), "");
    const row = await scene.app.jobs.waitForEnd(id, 30);
    assert.match(JSON.stringify(row?.result), new RegExp(`\\['1', '2'\\] \\['${id}'\\]`));
    await scene.app.close();
    await waitFor(() => parentIfThere(bubblewrap) === undefined, { what: "its end" });
    const left = () => [...Deno.readDirSync(scene.root)].map(({ name }) => name).sort();
    await waitFor(() => `${left()}` === "go,written", {
      what: "the end of what stood in for guarded names",
    });
  },
);

Deno.test("the command of a sandbox that waited has its variables and no others, whichever shell became it", async () => {
  const source = `import os, subprocess, sys
sys.dont_write_bytecode, sys.path[:0] = True, sys.argv[1:]
from prepared_sandbox import STDERR, line_of
os.dup2(2, STDERR)
for shell in filter(os.path.exists, ["/bin/dash", "/bin/bash"]):
    line = line_of({"argv": ["/usr/bin/env"], "cwd": "/usr"}, {"TOKEN": "top secret"}, os.path.basename(shell))
    found = subprocess.check_output([shell, "-c", line], env={}, cwd="/", pass_fds=[STDERR])
    print(sorted(found.decode().splitlines()), "secret" in line.decode().split(" && ")[-1])`;
  const folders = ["supervisor", "launcher", "files"].map((name) => join(JOBS, name));
  const { stdout, stderr } = await runProcess([PYTHON, "-c", source, ...folders]);
  assert.equal(stderr, "");
  assert.match(stdout, /^(\['PWD=\/usr', 'TOKEN=top secret'\] False\n)+$/);
});
