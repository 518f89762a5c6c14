import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from "@modelcontextprotocol/server";
import { bearsToken, type HttpToken } from "./http_token.ts";
import { jsonRpcError } from "./json_rpc_error.ts";

/** What a client without the right token is told to do. */
export const TOKEN_HINT =
  "Send this server's token as `Authorization: Bearer TOKEN`: the value of " +
  "PYTHON_MCP_TOKEN, or the text of the file http_token in its home (~/.python_mcp).";

/** Returns the response that refuses a request; `undefined` lets it in. */
export type Guard = (request: Request) => Response | undefined;

/**
 * Lets no web page in: against DNS rebinding, Host and Origin must be ours.
 *
 * @param hostname The address that the server listens on.
 */
export function createOriginGuard(hostname: string): Guard {
  const own = hostname.includes(":") ? `[${hostname}]` : hostname;
  const hosts = [...localhostAllowedHostnames(), own];
  const origins = [...localhostAllowedOrigins(), own];
  // A server open to the network is reached under names that it cannot know.
  const anyHost = hostname === "0.0.0.0" || hostname === "::";
  return (request) => {
    // A page of this server itself, under whatever name; a rebound name brings no token and no cookie.
    if (anyHost && isOwnPage(request)) return undefined;
    return (anyHost ? undefined : hostHeaderValidationResponse(request, hosts)) ??
      originValidationResponse(request, origins);
  };
}

/** Whether a page asks the server that it came from. */
export function isOwnPage({ headers, url }: Request): boolean {
  const origin = headers.get("origin");
  return origin !== null && URL.canParse(origin) && new URL(origin).host === new URL(url).host;
}

/** Lets in only who has the token. */
export function createTokenGuard(token: HttpToken): Guard {
  return (request) => {
    const sent = request.headers.get("authorization");
    if (bearsToken(sent, token)) return undefined;
    const fault = sent === null
      ? "no token was sent"
      : "the token that was sent is not the server's";
    const response = jsonRpcError(401, -32000, `Unauthorized: ${fault}. ${TOKEN_HINT}`);
    response.headers.set("WWW-Authenticate", 'Bearer realm="python-mcp"');
    return response;
  };
}
