import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from "@modelcontextprotocol/server";
import { bearsToken, type HttpToken } from "./http_token.ts";
import { jsonRpcError } from "./json_rpc_error.ts";

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
  return (request) =>
    (anyHost ? undefined : hostHeaderValidationResponse(request, hosts)) ??
      originValidationResponse(request, origins);
}

/** Lets in only who has the token. */
export function createTokenGuard(token: HttpToken): Guard {
  return (request) => {
    if (bearsToken(request.headers.get("authorization"), token)) return undefined;
    const response = jsonRpcError(
      401,
      -32000,
      "Unauthorized: send the token as `Authorization: Bearer TOKEN`",
    );
    response.headers.set("WWW-Authenticate", 'Bearer realm="python-mcp"');
    return response;
  };
}
