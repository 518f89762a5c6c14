import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { readIfThere, removeIfThere } from "../../base/private_files.ts";
import type { Finding } from "./finding.ts";

/** File systems that other machines may use at the same time: what holds here need not hold between them. */
const NETWORK = /^(nfs4?|cifs|smb3?|smbfs|fuse\.sshfs|9p|afpfs|webdav|ceph|glusterfs|fuse\.s3fs)$/;

/** Whether what a home needs works on its file system: see docs/reference/file_systems.md. */
export function checkFileSystem(home: string): Finding[] {
  const mount = mountOf(home, readIfThereOrDenied("/proc/self/mounts") ?? "");
  const type = mount?.type ?? "its file system";
  const findings = checkNeeds(home, type);
  if (NETWORK.test(type)) {
    findings.push({
      check: "file system",
      level: "warning",
      message: `${home} lies on a network file system (${type}), where locks cannot be relied on`,
      fix:
        "Let no other machine use it at the same time; better, set PYTHON_MCP_HOME to a folder " +
        "on a local disk.",
    });
  }
  if (mount?.options.includes("noexec")) {
    findings.push({
      check: "file system",
      level: "warning",
      message:
        `${home} is mounted noexec: neither uv nor compiled modules of packages can be run there`,
      fix: "Mount it without noexec, or set PYTHON_MCP_HOME to a folder where programs can be run.",
    });
  }
  return findings;
}

/** Tries what the program relies on. */
function checkNeeds(home: string, type: string): Finding[] {
  const folder = join(home, `.doctor-${crypto.randomUUID().slice(0, 8)}`);
  const missing: string[] = [];
  try {
    Deno.mkdirSync(folder, { mode: 0o700 });
    for (const [what, works] of Object.entries(NEEDS)) {
      if (!attempt(works, folder)) missing.push(what);
    }
  } catch {
    return []; // it cannot be written to, which another check says
  } finally {
    removeIfThere(folder);
  }
  return [
    missing.length === 0
      ? { check: "file system", level: "ok", message: `${type}: locks, renames and SQLite work` }
      : {
        check: "file system",
        level: "error",
        message: `${home} lies on a file system (${type}) without what jobs need: ${
          missing.join(", ")
        }`,
        fix: "Set PYTHON_MCP_HOME to a folder on a local disk.",
      },
  ];
}

const NEEDS: Record<string, (folder: string) => boolean> = {
  "locks (flock)": (folder) => {
    const options = { read: true, write: true, create: true };
    using held = Deno.openSync(join(folder, "lock"), options);
    using other = Deno.openSync(join(folder, "lock"), options);
    return held.tryLockSync(true) && !other.tryLockSync(true);
  },
  "renames over a file that is there": (folder) => {
    for (const name of ["old", "new"]) Deno.writeTextFileSync(join(folder, name), name);
    Deno.renameSync(join(folder, "new"), join(folder, "old"));
    return Deno.readTextFileSync(join(folder, "old")) === "new";
  },
  "fsync": (folder) => {
    using file = Deno.openSync(join(folder, "file"), { write: true, create: true });
    file.syncSync();
    return true;
  },
  "links and modes": (folder) => {
    Deno.symlinkSync("lock", join(folder, "link"));
    Deno.chmodSync(folder, 0o700);
    return (Deno.statSync(folder).mode! & 0o777) === 0o700;
  },
  "SQLite with a write-ahead log": (folder) => {
    const database = new DatabaseSync(join(folder, "db"));
    try {
      const mode = database.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
      database.exec("CREATE TABLE x (y)");
      return mode === "wal";
    } finally {
      database.close();
    }
  },
};

function attempt(works: (folder: string) => boolean, folder: string): boolean {
  try {
    return works(folder);
  } catch {
    return false;
  }
}

/** Type and options of the file system that a path lies on, by the longest mount point above it. */
export function mountOf(
  path: string,
  mounts: string,
): { type: string; options: string[] } | undefined {
  let longest = -1;
  let mount: { type: string; options: string[] } | undefined;
  for (const line of mounts.split("\n")) {
    const [, escapedPoint, type, options = ""] = line.split(" ");
    if (escapedPoint === undefined || type === undefined) continue;
    const point = escapedPoint.replaceAll(
      /\\(\d{3})/g,
      (_, octal) => String.fromCharCode(parseInt(octal, 8)),
    );
    const isAbove = point === "/" || path === point || path.startsWith(`${point}/`);
    if (isAbove && point.length >= longest) {
      longest = point.length;
      mount = { type, options: options.split(",") };
    }
  }
  return mount;
}

/** Deno lets read /proc only with -A. */
function readIfThereOrDenied(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch {
    return undefined;
  }
}
