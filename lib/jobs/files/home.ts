import { join } from "node:path";
import { ensureFolder } from "../../base/private_files.ts";

/** Where everything of one user is kept; `PYTHON_MCP_HOME`, default `~/.python_mcp`. */
export interface Home {
  root: string;
  /** One folder a job. */
  jobs: string;
  /** The database and its snapshot. */
  meta: string;
  /** The slots of running jobs, and which job of each launcher waits first; see `slots.py`. */
  queue: string;
  /** A locked file for each living server and launcher. */
  owners: string;
  /** Where launchers take requests of scripts; see `request_socket.py`. */
  sockets: string;
  /** A file for each job that a script has started and that has no row yet; see `adoption.ts`. */
  adopt: string;
  runtime: string;
  logs: string;
}

/** Creates what is missing of a home (folders 0700) and names its parts. */
export function openHome(root: string): Home {
  const home: Home = {
    root,
    jobs: join(root, "jobs"),
    meta: join(root, "meta"),
    queue: join(root, "queue"),
    owners: join(root, "owners"),
    sockets: join(root, "sockets"),
    adopt: join(root, "adopt"),
    runtime: join(root, "runtime"),
    logs: join(root, "logs"),
  };
  for (const folder of Object.values(home)) ensureFolder(folder);
  for (const name of ["slots", "waiting"]) ensureFolder(join(home.queue, name));
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
