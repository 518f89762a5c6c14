import { readIfThere } from "../../base/private_files.ts";
import type { SandboxLevel } from "../../base/sandbox_level.ts";
import { UserError } from "../../base/user_error.ts";
import { findLauncherPython } from "../interpreters/find_interpreters.ts";
import { findBubblewrap } from "./bubblewrap.ts";

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
    throw cannotRun(level, `${tool} says: ${said}`, adviceFor());
  }
  return tool;
}

const NAMESPACES = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"];

/** Through Python, so that Deno has to be allowed no other program. */
async function tryToRun(argv: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(findLauncherPython(), {
    args: ["-I", "-S", "-c", "import os, sys; os.execv(sys.argv[1], sys.argv[1:])", ...argv],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim().split("\n").at(-1));
}

function adviceFor(): string {
  const setting = (name: string) => readIfThere(`/proc/sys/${name}`)?.trim();
  if (setting("kernel/apparmor_restrict_unprivileged_userns") === "1") {
    return "AppArmor restricts user namespaces here. Allow them to bubblewrap with a profile " +
      "/etc/apparmor.d/bwrap: `abi <abi/4.0>, profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }`, " +
      "then `sudo systemctl reload apparmor`; or for all programs: " +
      "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`";
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
