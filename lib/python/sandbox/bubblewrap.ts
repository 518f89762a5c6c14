import { dirname } from "node:path";
import { ownId } from "../../base/owned_files.ts";
import { exists } from "../../base/private_files.ts";
import type { SandboxLevel } from "../../base/sandbox_level.ts";
import type { Needed } from "./interpreter_files.ts";
import { contains, type Places, PRIVATE, showsReal } from "./places.ts";
import { type Guarded, guardedNames } from "./guarded_names.ts";

/** What a sandbox is to be like. */
export interface SandboxPlan extends Needed {
  level: Exclude<SandboxLevel, "off">;
  places: Places;
  /** The user's home, which is there and empty. */
  userHome: string | undefined;
  /** Folders besides the roots that can be written to. */
  writable: string[];
  /** Whether the roots can be; else they can be read. */
  writesRoots: boolean;
  /** Folders whose `.git` and the like are kept from being written to. */
  guarded: Guarded;
  /** Whether it has the network of the machine. */
  hasNetwork: boolean;
}

/** Where bubblewrap is; it is looked for where systems install it, then on PATH. */
export function findBubblewrap(env: Record<string, string>): string | undefined {
  const folders = ["/usr/bin", "/usr/local/bin", "/bin", ...(env.PATH ?? "").split(":")];
  return folders.filter((folder) => folder.startsWith("/")).map((folder) => `${folder}/bwrap`)
    .find(exists);
}

/** Of root, `/proc` has files that a look at their mode alone protects. */
const PROC_OF_ROOT = ["acpi", "bus", "fs", "irq", "scsi", "sys", "sysrq-trigger"];
/** What root could read though it has no more rights than its user id. */
const SECRETS_OF_ROOT = ["/etc/shadow", "/etc/gshadow", "/etc/shadow-", "/etc/gshadow-"];

/** The arguments of bubblewrap, up to the descriptors that its starter adds. */
export function bubblewrapArguments(plan: SandboxPlan): string[] {
  const { places, userHome, readable, links, writable, writesRoots, hasNetwork } = plan;
  const { roots, hidden, home } = places;
  const inner = showsReal(places, home) || roots.some((root) => contains(root, home));
  const isRoot = ownId() === 0;
  return [
    ...["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"],
    "--unshare-cgroup-try",
    ...(hasNetwork ? [] : ["--unshare-net"]),
    // A group of processes apart from bubblewrap's own, which a script's killpg would reach.
    "--new-session",
    // Of root it keeps them all, which open more of the kernel: raw sockets, the interfaces of its network.
    ...["--cap-drop", "ALL"],
    ...["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"],
    ...(isRoot
      ? [
        // Deno looks at nothing there with fewer than all permissions.
        ...PROC_OF_ROOT.flatMap((name) => ["--ro-bind-try", `/proc/${name}`, `/proc/${name}`]),
        ...SECRETS_OF_ROOT.filter(exists).flatMap((path) => ["--ro-bind", "/dev/null", path]),
      ]
      : []),
    ...hidden.flatMap((path) => ["--tmpfs", path]),
    ...(userHome === undefined ? [] : ["--dir", userHome]),
    ...roots.flatMap((path) => writesRoots ? ["--bind", path, path] : readOnly(path)),
    // What is mounted cannot be renamed: a script could put a home of its own in the place of ours.
    ...(writesRoots ? roots.flatMap((root) => foldersBetween(root, home)) : [])
      .flatMap((path) => ["--bind", path, path]),
    ...(inner ? ["--tmpfs", home] : []),
    ...(hasNetwork ? resolverFile(places) : []),
    // The environment may be made before the command runs.
    ...readable.flatMap((path) => ["--ro-bind-try", path, path]),
    // What is shown below a link makes a folder of it, which has all that is needed there.
    ...links.filter(({ path }) => ![...readable, ...writable].some((one) => contains(path, one)))
      .flatMap(({ path, target }) => ["--symlink", target, path]),
    ...(writesRoots ? guardedNames(plan.guarded) : []),
    ...writable.flatMap((path) => ["--bind", path, path]),
    ...[...hidden, ...(inner ? [home] : [])].filter((path) => !PRIVATE.includes(path))
      .flatMap((path) => ["--remount-ro", path]),
  ];
}

/** The folders above a path that are below another one, from the top. */
function foldersBetween(top: string, path: string): string[] {
  const above = dirname(path);
  return contains(top, above) && above !== top ? [...foldersBetween(top, above), above] : [];
}

function readOnly(path: string): string[] {
  return ["--ro-bind", path, path];
}

/** Where names are looked up, which systemd keeps in `/run`. */
function resolverFile(places: Places): string[] {
  try {
    const path = Deno.realPathSync("/etc/resolv.conf");
    return showsReal(places, path) ? [] : readOnly(path);
  } catch {
    return [];
  }
}
