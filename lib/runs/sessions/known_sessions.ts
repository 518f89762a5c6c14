import type { SessionFiles, SessionRecord } from "../../jobs/files/session_files.ts";
import type { App } from "../app.ts";

/** By the session's name: what its file has said, and which file that was. */
const known = new WeakMap<App, Map<string, { record: SessionRecord; stamp: string }>>();

/** What a session is that listens to this server, so that it lives, and whose file is the one that was read. */
export function knownSession(app: App, files: SessionFiles): SessionRecord | undefined {
  const { record, stamp } = known.get(app)?.get(files.name) ?? {};
  const isSame = record && app.jobs.sessions.isOpen(record.id) && files.recordStamp === stamp;
  return isSame ? record : undefined;
}

/** @param stamp the file's before it was read */
export function rememberSession(app: App, record: SessionRecord, stamp: string): void {
  const ofApp = known.get(app) ?? new Map();
  known.set(app, ofApp);
  ofApp.set(record.name, { record, stamp });
}
