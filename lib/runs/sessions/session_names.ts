import { exists } from "../../base/private_files.ts";
import { SessionFiles } from "../../jobs/files/session_files.ts";
import type { App } from "../app.ts";
import { isOwnLevel } from "./require_own_level.ts";

/** The names of the sessions with a transcript that callers of this server may use, sorted. */
export function sessionNames(app: App): string[] {
  return SessionFiles.names(app.jobs.home).filter((name) => {
    const files = new SessionFiles(app.jobs.home, name);
    return exists(files.transcript) && isOwnLevel(app, files);
  });
}
