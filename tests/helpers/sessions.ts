import type { Connection, ToolResult } from "./connect.ts";

/** Sessions of the tests have Debian's Python as it is, and so a plain shell, unless a test says otherwise. */
export const PLAIN = { use_uv: false, python_version: "/usr/bin/python3" };

/** Runs code in a session that a test has for itself. */
export async function runCell(
  server: Connection,
  code: string,
  more: Record<string, unknown> = {},
): Promise<ToolResult> {
  return await server.call("py_session_run", { code, ...PLAIN, ...more });
}

/** Ends all sessions of a server's home: they outlive it on purpose. */
export async function endSessions(server: Connection): Promise<void> {
  const { json } = await server.call("py_sessions");
  for (const { session } of (json.sessions ?? []) as { session: string }[]) {
    await server.call("py_session_end", { session });
  }
}
