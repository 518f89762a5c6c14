/** `_meta` of a 2026-07-28 request; every request says anew what its client can do. */
export function modernMeta(
  capabilities: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": capabilities,
    ...more,
  };
}

/** The capabilities of a client that knows the tasks extension. */
export const TASKS = { extensions: { "io.modelcontextprotocol/tasks": {} } };
