/** The use cases of sessions, which are loaded together. */
export { endSession } from "./end_session.ts";
export { listSessions } from "./list_sessions.ts";
export { runCell } from "./run_cell.ts";
export { saveSession } from "./save_session.ts";
