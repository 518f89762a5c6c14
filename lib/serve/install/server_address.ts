import { UserError } from "../../base/user_error.ts";
import { readHttpToken } from "../access/http_token.ts";
import type { ServerAddress } from "./client_config.ts";

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/** How clients reach a server over HTTP. The home's own token is for this machine alone. */
export function serverAddress(url: string, home: string, token: string | undefined): ServerAddress {
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new UserError(
      `--url takes an address such as http://127.0.0.1:8000/mcp, not ${url}`,
    );
  }
  if (!token && !LOOPBACK.test(parsed.hostname)) {
    throw new UserError(
      `The token of ${parsed.host} is not known here: set PYTHON_MCP_TOKEN to it, then try again.`,
    );
  }
  const { value } = readHttpToken(home, token);
  return { url, headers: { Authorization: `Bearer ${value}` } };
}
