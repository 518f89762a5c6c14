import { Buffer } from "node:buffer";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { isOwnPage } from "../access/http_guard.ts";
import { bearsToken, type HttpToken } from "../access/http_token.ts";

/** How long a link that lets a browser in is good for. */
const CODE_MS = 10 * 60_000;

/**
 * Who may see the dashboard: whoever sends the token, and a browser that was let in.
 *
 * A browser is let in by the token, or by a link with a code that works once, and gets a cookie then.
 * So the token stands in no address, no history and no storage that a script could read. The cookie
 * is made of the token: it holds for every server of the home, until the token changes.
 */
export class DashboardEntry {
  readonly #token: HttpToken;
  readonly #codes = new Map<string, number>();
  readonly #cookie: { name: string; value: string };

  constructor(token: HttpToken) {
    this.#token = token;
    // Browsers send cookies to every port of a host: those of other homes must not take this name.
    this.#cookie = {
      name: `python-mcp-${this.#derive("name", 8)}`,
      value: this.#derive("value", 43),
    };
  }

  /** A code for `/login?code=`. */
  newCode(): string {
    const code = randomBytes(24).toString("base64url");
    this.#codes.set(code, Date.now() + CODE_MS);
    return code;
  }

  /** Whether the code is good; it is not any more afterwards. */
  redeem(code: string): boolean {
    const until = this.#codes.get(code);
    this.#codes.delete(code);
    return until !== undefined && Date.now() < until;
  }

  isToken(text: string): boolean {
    return bearsToken(`Bearer ${text.trim()}`, this.#token);
  }

  /** What lets a browser in, as `Set-Cookie`. */
  get setCookie(): string {
    const { name, value } = this.#cookie;
    return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict`;
  }

  admits(request: Request): boolean {
    return bearsToken(request.headers.get("authorization"), this.#token) ||
      this.#hasCookie(request) && comesFromThePage(request);
  }

  #hasCookie({ headers }: Request): boolean {
    const { name, value } = this.#cookie;
    const sent = (headers.get("cookie") ?? "").split("; ")
      .find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    return sent?.length === value.length && timingSafeEqual(Buffer.from(sent), Buffer.from(value));
  }

  #derive(purpose: string, length: number): string {
    const hmac = createHmac("sha256", this.#token.value).update(`python-mcp dashboard ${purpose}`);
    return hmac.digest("base64url").slice(0, length);
  }
}

/**
 * Whether a browser sent this for our own page. To a browser all ports of a machine are one site, so
 * `SameSite` does not keep out what another local server's page asks for.
 */
function comesFromThePage(request: Request): boolean {
  const { method, headers } = request;
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") {
    // To follow a link to the page is harmless.
    if (headers.get("sec-fetch-mode") !== "navigate" || method !== "GET") return false;
  }
  return method === "GET" || method === "HEAD" || isOwnPage(request);
}
