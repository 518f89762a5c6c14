import { join } from "node:path";
import { explained } from "../../base/explain_system_error.ts";
import { requireOwned } from "../../base/owned_files.ts";
import { ensureFolder, exists, statIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { HOME_FOLDERS } from "./names.ts";

/**
 * Where everything of one user is kept (`PYTHON_MCP_HOME`, default `~/.python_mcp`): its own path, and
 * those of its folders.
 */
export type Home = { readonly root: string } & Readonly<Record<keyof typeof HOME_FOLDERS, string>>;

/** What in a home is run or believed, and how far below it anybody's file would be. */
const TRUSTED: Record<string, number> = {
  ...Object.fromEntries(Object.values(HOME_FOLDERS).map((name) => [name, 0])),
  environments: 1,
  [HOME_FOLDERS.sockets]: 1,
  [HOME_FOLDERS.runtime]: 3,
  tools: 3,
  scripts: 1,
  http_token: 0,
};

/**
 * Creates what is missing of a home (folders 0700) and names its parts.
 *
 * @throws UserError when it cannot be made, and when others own a part of it or may write to it
 */
export function openHome(root: string): Home {
  const folders = Object.entries(HOME_FOLDERS).map(([key, name]) => [key, join(root, name)]);
  const home = { root, ...Object.fromEntries(folders) } as Home;
  if (root === "/") {
    throw new UserError(
      "Cannot use / as the home (PYTHON_MCP_HOME): its folders would lie among the system's. Name a " +
        "folder of its own.",
    );
  }
  try {
    const info = statIfThere(root);
    if (info && !info.isDirectory) {
      throw new UserError(
        `Cannot use ${
          shown(root)
        } as the home (PYTHON_MCP_HOME): a file is where a folder has to be. ` +
          "Name a folder, or a path where nothing is yet.",
      );
    }
    // Before anything is made in it, which may be in another user's.
    if (info) requireOwnHome(root);
    for (const folder of Object.values(home)) ensureFolder(folder);
  } catch (error) {
    throw explained(error, `Cannot use ${shown(root)} as the home (PYTHON_MCP_HOME)`);
  }
  return home;
}

/** Whether no folder of a home that was opened has been removed since. */
export function isWhole(home: Home): boolean {
  return Object.values(home).every(exists);
}

/** @throws UserError when others own a part of it or may write to it */
export function requireOwnHome(root: string): void {
  requireOwned(root, TRUSTED);
}

function shown(path: string): string {
  return path.length > LONGEST_SHOWN ? `${path.slice(0, LONGEST_SHOWN)}…` : path;
}

const LONGEST_SHOWN = 200;

/** The truth about jobs; only `open_job_database.ts` opens it. */
export function databasePath(home: Home): string {
  return join(home.meta, "jobs.db");
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The folder of a job; `undefined` for ids that have none (imported from an older server). */
export function jobFolder(home: Home, id: string): string | undefined {
  return UUID.test(id) ? join(home.jobs, id) : undefined;
}
