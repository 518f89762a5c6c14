import type { Home } from "../jobs/files/home.ts";
import { removeFolder } from "../jobs/files/remove_folder.ts";
import { SessionFiles } from "../jobs/files/session_files.ts";

/**
 * Removes what is left of sessions that ended before a time (milliseconds since 1970).
 *
 * @returns the interpreters of those that live, whose environments stay
 */
export function sweepSessions(home: Home, before: number): string[] {
  return SessionFiles.names(home).flatMap((name) => {
    const files = new SessionFiles(home, name);
    const { record } = files;
    if (files.lives) return record?.python ?? [];
    const end = files.ended?.at ?? files.state?.last_used_at ?? record?.created_at;
    if (end !== undefined && end * 1000 < before) removeFolder(files.folder);
    return [];
  });
}
