import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { findBubblewrap } from "../../../lib/python/sandbox/bubblewrap.ts";
import { filterFor } from "../../../lib/python/sandbox/seccomp.ts";
import { serverEnv } from "../../helpers/program.ts";
import { noSandbox } from "../../helpers/sandbox_scene.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";

const SUPERVISOR = fileURLToPath(new URL("../../../lib/jobs/supervisor", import.meta.url));

/** What a script does to its root while the sandbox of another one is made: what is swapped for a link to where. */
const SWAPS: Record<string, [swapped: string, target: string] | null> = {
  "nothing": null,
  "a folder above a guarded one, by its whole path": ["sub", "HOME/as_sub"],
  "a folder above a guarded one, with what is shown and where at once": ["sub", "../as_sub"],
  "a guarded folder, which shows all of the home over itself": ["sub/.git", "../.."],
  "a guarded folder, for the processes outside": ["sub/.git", "../../../../../proc"],
  "a guarded folder, for files of the machine's memory": ["sub/.git", "../../../../../dev/shm"],
  "a guarded file": [".envrc", "../secret"],
  "the folder of an environment": ["state/environments/e/venv", "../../../../secrets"],
};

/** Bubblewrap makes all its mounts while something is swapped; it is swapped back before anybody looks. */
const PROGRAM = `
import json, os, sys, time
folder, bwrap, filter, swaps = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
import spawn_command
from sandboxed_command import SandboxedCommand

root = folder + "/root"
for path in "root/sub/.git", "as_sub/.git", "secrets", "root/state/environments/e/venv", "root/state/sandbox":
    os.makedirs(os.path.join(folder, path))
for path in "root/.envrc", "secret", "as_sub/.git/secret", "secrets/secret":
    with open(os.path.join(folder, path), "w") as file:
        file.write("the secret")

def options(*words):
    return [word.replace("ROOT", root) for word in words]

namespaces = ["--unshare-user", "--unshare-pid", "--new-session", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
wrapper = [bwrap, *namespaces, "--tmpfs", folder, "--tmpfs", "/var/tmp"] + options(
    "--bind", "ROOT", "ROOT", "--tmpfs", "ROOT/state",
    "--ro-bind-try", "ROOT/state/environments/e/venv", "ROOT/state/environments/e/venv",
    "--ro-bind-try", "ROOT/sub/.git", "ROOT/sub/.git", "--ro-bind", "ROOT/.envrc", "ROOT/.envrc",
    "--ro-bind-try", "ROOT/nothing", "ROOT/nothing", "--remount-ro", folder)
sandbox = {"wrapper": wrapper, "filter": filter, "state": root + "/state/sandbox", "passes": []}
look = """
import os, sys
folder = sys.argv[1]
print(sorted(os.listdir(folder)), os.listdir(folder + "/root/sub/.git"), os.path.exists("/proc/" + sys.argv[2]),
    open(folder + "/root/.envrc").read(), os.listdir("/dev/shm"), os.listdir(folder + "/root/state/environments/e/venv"))
"""

def run(swap):
    def start(argv, env, cwd, descriptors):
        if swap:
            path, target = os.path.join(root, swap[0]), swap[1].replace("HOME", folder)
            os.rename(path, root + "/away")
            os.symlink(target, path)
        pid = spawn_command.start(argv, env, cwd, descriptors)
        if swap:
            while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None and not is_made(pid):
                time.sleep(0.001)
            os.unlink(path)
            os.rename(root + "/away", path)
        return pid
    r, w = os.pipe()
    sandboxed = SandboxedCommand(sandbox, start)
    try:
        argv = ["/usr/bin/python3", "-c", look, folder, str(os.getpid())]
        pid = sandboxed.spawn({"argv": argv, "cwd": "/"}, {}, ("A", "1"), 0, w, w)
    except OSError as error:
        os.close(w)
        return str(error), os.fdopen(r).read()
    finally:
        sandboxed.close() if sys.exc_info()[0] else None
    os.close(w)
    with os.fdopen(r) as output:
        said = output.read()
    os.waitpid(pid, 0)
    return None, said

def is_made(outer):
    """By the child of the outer process."""
    with open("/proc/%d/task/%d/children" % (outer, outer)) as children:
        pids = children.read().split()
    try:
        return bool(pids) and os.stat("/proc/%s/root/dev" % pids[0]).st_dev != os.stat("/dev").st_dev
    except OSError:
        return False

print(json.dumps({name: run(swap) for name, swap in swaps.items()}))
`;

skippableTest(
  "a sandbox shows nothing by a link that was there for a moment",
  noSandbox,
  async () => {
    await using home = await TestHome.create();
    const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
      args: [
        ...[
          "-B",
          "-c",
          PROGRAM,
          home.join('a scene\\with "odd" names'),
          findBubblewrap(serverEnv())!,
        ],
        ...[filterFor(Deno.build.arch), JSON.stringify(SWAPS)],
      ],
      env: { PYTHONPATH: SUPERVISOR },
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert.notEqual(said, "", new TextDecoder().decode(stderr));
    const found: Record<string, [string | null, string]> = JSON.parse(said);
    const { nothing, ...swapped } = found;
    assert.deepEqual(nothing, [null, "['root'] [] False the secret [] []\n"]);
    for (const [name, [error, shown]] of Object.entries(swapped)) {
      assert.match(shown, /^(bwrap: .*\n)?$/, name);
      assert.match(error ?? "it ran", /a link in the place of a folder|could not be made/, name);
    }
  },
);
