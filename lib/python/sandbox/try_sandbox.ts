import type { SandboxLevel } from "../../base/sandbox_level.ts";
import { UserError } from "../../base/user_error.ts";
import { findLauncherPython } from "../interpreters/find_interpreters.ts";
import { findBubblewrap } from "./bubblewrap.ts";

const SETTINGS = [
  "kernel/apparmor_restrict_unprivileged_userns",
  "kernel/unprivileged_userns_clone",
  "user/max_user_namespaces",
] as const;

/** What made a sandbox here before. */
const working = new Map<string, Promise<unknown>>();

const SANDBOX_EXEC = "/usr/bin/sandbox-exec";

/**
 * The program that makes sandboxes, which has made one.
 *
 * @throws UserError when none can be made, with what its owner can do about it
 */
export async function requireSandbox(
  level: Exclude<SandboxLevel, "off">,
  env: Record<string, string>,
): Promise<string> {
  const isMac = Deno.build.os === "darwin";
  const tool = isMac ? SANDBOX_EXEC : findBubblewrap(env);
  if (tool === undefined) {
    throw cannotRun(
      level,
      "bubblewrap (bwrap) was not found",
      "Install it: on Debian and Ubuntu `apt install bubblewrap`, on Fedora `dnf install bubblewrap`, on " +
        "Arch `pacman -S bubblewrap`",
    );
  }
  const network = level === "workspace" ? [] : ["--unshare-net"];
  const made = isMac
    ? [tool, "-p", "(version 1)(allow default)", "/usr/bin/true"]
    : [tool, ...NAMESPACES, ...network, "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true"];
  const key = made.join("\0");
  if (!working.has(key)) working.set(key, tryToRun(made));
  try {
    await working.get(key);
  } catch (error) {
    // It may have been mended when somebody asks again.
    working.delete(key);
    const said = error instanceof Error ? error.message : String(error);
    throw cannotRun(level, `${tool} says: ${said}`, await adviceFor(tool));
  }
  return tool;
}

const NAMESPACES = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"];

/** Through Python, so that Deno has to be allowed no other program. */
async function python(...args: string[]): Promise<{ success: boolean; out: string; err: string }> {
  const { success, stdout, stderr } = await new Deno.Command(findLauncherPython(), {
    args: ["-I", "-S", "-c", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, out: text(stdout), err: text(stderr) };
}

/**
 * Where /proc is another namespace's, bubblewrap waits for ever for the process that it has made; or that one
 * does, when bubblewrap has ended, and holds our pipes.
 */
const RUN_AT_MOST = `
import os, signal, subprocess, sys
child = subprocess.Popen(sys.argv[2:], start_new_session=True)
try:
    sys.exit(child.wait(int(sys.argv[1])))
except subprocess.TimeoutExpired:
    sys.exit("nothing; it has started no program within " + sys.argv[1] + " seconds")
finally:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except OSError:
        pass
`;
const MOST_SECONDS = 5;

async function tryToRun(argv: string[]): Promise<void> {
  const { success, err } = await python(RUN_AT_MOST, `${MOST_SECONDS}`, ...argv);
  if (!success) throw new Error(err.trim().split("\n").at(-1));
}

/** What Linux has set; Deno reads nothing in `/proc` with fewer than all permissions. */
const READ_SETTINGS = `
import json, sys
found = {}
for name in sys.argv[1:]:
    try:
        with open("/proc/sys/" + name) as file:
            found[name] = file.read().strip()
    except OSError:
        pass
print(json.dumps(found))
`;

async function adviceFor(tool: string): Promise<string> {
  const { out } = await python(READ_SETTINGS, ...SETTINGS);
  const found: Record<string, string> = JSON.parse(out || "{}");
  const setting = (name: typeof SETTINGS[number]) => found[name];
  if (setting("kernel/apparmor_restrict_unprivileged_userns") === "1") {
    return "AppArmor restricts user namespaces here. Allow them to bubblewrap: as root, write " +
      `\`abi <abi/4.0>, profile bwrap ${tool} flags=(unconfined) { userns, }\` to /etc/apparmor.d/bwrap and ` +
      "run `apparmor_parser -r /etc/apparmor.d/bwrap`; or to all programs: " +
      "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0` (and the same line in /etc/sysctl.d/ for " +
      "the next boot)";
  }
  if (setting("kernel/unprivileged_userns_clone") === "0") {
    return "Allow user namespaces: `sudo sysctl kernel.unprivileged_userns_clone=1`";
  }
  if (setting("user/max_user_namespaces") === "0") {
    return "Allow user namespaces: `sudo sysctl user.max_user_namespaces=15000`";
  }
  return "Namespaces are needed; in a container, allow them (Docker: --security-opt seccomp=unconfined, and " +
    "--security-opt apparmor=unconfined where the host has AppArmor)";
}

function cannotRun(level: SandboxLevel, why: string, advice: string): UserError {
  return new UserError(
    `Cannot run in the sandbox (${level}): ${why}. Nothing is run without it. ${advice}; then check with ` +
      "`python-mcp doctor`.",
  );
}
