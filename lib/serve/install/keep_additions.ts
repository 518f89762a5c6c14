type Values = Record<string, unknown>;

/** What says how a server is started or reached, in every client's form. */
const WAY = new Set([
  ...["name", "type", "command", "args", "cmd"],
  ...["url", "uri", "httpUrl", "serverUrl", "headers", "http_headers"],
]);
const VARIABLES = new Set(["env", "environment", "envs"]);

/**
 * A new entry with what a person, or the client, has added to the one that it replaces: variables of
 * their own, and settings such as which tools need no approval.
 */
export function keepAdditions(old: unknown, fresh: Values): Values {
  if (!isTable(old)) return fresh;
  const added = Object.entries(old).filter(([key]) => !WAY.has(key) && !VARIABLES.has(key));
  const variables = Object.entries(fresh).filter(([key]) => VARIABLES.has(key))
    .map(([key, set]) => [key, isTable(old[key]) ? { ...old[key], ...set as Values } : set]);
  return { ...fresh, ...Object.fromEntries(added), ...Object.fromEntries(variables) };
}

export function isTable(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
