import { TOKEN_HINT } from "./http_guard.ts";

/** Where clients that got a 401 look for an authorization server, or register with one. */
const PATHS = /^(\/mcp)?\/(\.well-known\/|(register|authorize|token)$)/;

export function isForOAuth(pathname: string): boolean {
  return PATHS.test(pathname);
}

/** Tells such a client, which shows it to its user, what to send instead; in the form of RFC 6749. */
export function noOAuth(): Response {
  const error_description = `There is no OAuth here. ${TOKEN_HINT}`;
  return Response.json({ error: "access_denied", error_description }, { status: 404 });
}
