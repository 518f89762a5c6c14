import { join } from "node:path";
import { ensureFolder } from "../../base/private_files.ts";
import { HOME_FOLDERS } from "./names.ts";

/**
 * Where everything of one user is kept (`PYTHON_MCP_HOME`, default `~/.python_mcp`): its own path, and
 * those of its folders.
 */
export type Home = { readonly root: string } & Readonly<Record<keyof typeof HOME_FOLDERS, string>>;

/** Creates what is missing of a home (folders 0700) and names its parts. */
export function openHome(root: string): Home {
  const folders = Object.entries(HOME_FOLDERS).map(([key, name]) => [key, join(root, name)]);
  const home = { root, ...Object.fromEntries(folders) } as Home;
  for (const folder of Object.values(home)) ensureFolder(folder);
  return home;
}

/** The truth about jobs; only `open_job_database.ts` opens it. */
export function databasePath(home: Home): string {
  return join(home.meta, "jobs.db");
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The folder of a job; `undefined` for ids that have none (imported from an older server). */
export function jobFolder(home: Home, id: string): string | undefined {
  return UUID.test(id) ? join(home.jobs, id) : undefined;
}
