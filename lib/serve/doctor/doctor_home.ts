import { accessSync, constants } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isLink, statIfThere } from "../../base/private_files.ts";
import { systemErrorCode } from "../../base/explain_system_error.ts";
import { UserError } from "../../base/user_error.ts";
import { requireOwnHome } from "../../jobs/files/home.ts";
import { invocation } from "../program/invocation.ts";
import type { Finding } from "./finding.ts";
import { answerOf } from "./doctor_command.ts";
import { checkFileSystem } from "./doctor_file_system.ts";

const LEAST_MB = 500;

/** The home: who can read it, where it lies, what room is left, whether its database is whole. */
export async function checkHome(home: string): Promise<Finding[]> {
  const info = statIfThere(home);
  if (!info) return [checkParent(home), ...await checkSpace(home)];
  return [
    checkOwner(home) ?? checkMode(home, info),
    ...checkFileSystem(home),
    ...await checkSpace(home),
    checkDatabase(home),
  ];
}

/** Whether somebody else could have put in it what is run; `undefined` when not. */
function checkOwner(home: string): Finding | undefined {
  try {
    requireOwnHome(home);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [message = "", ...fix] = error.message.split(/\. (?=[A-Z])/);
    return { check: "home", level: "error", message, fix: fix.join(". ") };
  }
}

/** A home that is still to be made. */
function checkParent(home: string): Finding {
  const parent = nearestThere(home);
  try {
    if (isLink(home)) throw new Error("it is a link that leads nowhere");
    if (!statIfThere(parent)!.isDirectory) throw new Error(`${parent} is not a folder`);
    accessSync(parent, constants.W_OK);
  } catch (error) {
    return {
      check: "home",
      level: "error",
      message: `${home} cannot be created: ${(error as Error).message}`,
      fix: "Set PYTHON_MCP_HOME to a folder that this user can make or write to.",
    };
  }
  return { check: "home", level: "ok", message: `${home} will be created by the first run` };
}

/** The path, or the nearest one above it that there is. */
function nearestThere(path: string): string {
  return statIfThere(path) || path === "/" ? path : nearestThere(dirname(path));
}

function checkMode(home: string, info: Deno.FileInfo): Finding {
  if (!info.isDirectory) {
    return {
      check: "home",
      level: "error",
      message: `${home} is not a folder`,
      fix: "Move that file away, or set PYTHON_MCP_HOME to a folder.",
    };
  }
  const probe = join(home, `.doctor-${crypto.randomUUID().slice(0, 8)}`);
  try {
    Deno.writeTextFileSync(probe, "", { mode: 0o600 });
    Deno.removeSync(probe);
  } catch (error) {
    return {
      check: "home",
      level: "error",
      message: `${home} cannot be written to: ${(error as Error).message}`,
      fix: "Make it writable for this user, or set PYTHON_MCP_HOME to a folder that is.",
    };
  }
  const open = (info.mode ?? 0) & 0o077;
  return open
    ? {
      check: "home",
      level: "warning",
      message: `${home} can be read by others (mode ${((info.mode ?? 0) & 0o777).toString(8)})`,
      fix: `chmod 700 '${home}'`,
    }
    : { check: "home", level: "ok", message: `${home}, private and writable` };
}

async function checkSpace(home: string): Promise<Finding[]> {
  const columns = (await answerOf("df", ["-Pk", nearestThere(home)]).catch(() => undefined))
    ?.split("\n").at(-1)?.split(/\s+/);
  const free = Number(columns?.at(-3)) / 1024;
  if (!Number.isFinite(free)) return [];
  const low = free < LEAST_MB;
  return [{
    check: "space",
    level: low ? "warning" : "ok",
    message: `${free > 10240 ? `${(free / 1024).toFixed(0)} GB` : `${free.toFixed(0)} MB`} free`,
    ...(low
      ? { fix: `Remove old jobs: ${invocation()} jobs prune --completed --failed --older-than 7d` }
      : {}),
  }];
}

function checkDatabase(home: string): Finding {
  const path = join(home, "meta", "jobs.db");
  if (!statIfThere(path)) return { check: "database", level: "ok", message: "none yet" };
  let answer: string;
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    try {
      answer = db.prepare("PRAGMA quick_check").all()
        .map((row) => String(Object.values(row)[0])).join("; ");
    } finally {
      db.close();
    }
  } catch (error) {
    if (systemErrorCode(error) !== undefined) {
      return {
        check: "database",
        level: "error",
        message: `${path} cannot be opened: ${(error as Error).message}`,
        fix: "Make the home writable for this user, on a disk with free space.",
      };
    }
    answer = (error as Error).message;
  }
  return answer === "ok" ? { check: "database", level: "ok", message: `${path} is intact` } : {
    check: "database",
    level: "error",
    message: `${path} is damaged: ${answer.slice(0, 200)}`,
    fix: `End all servers and move ${path} away with its -wal and -shm files; ` +
      "the next server rebuilds it from the job folders.",
  };
}
