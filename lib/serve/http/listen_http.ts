import { UserError } from "../../base/user_error.ts";
import type { App } from "../../runs/app.ts";
import { type HttpOptions, type HttpServer, startHttp } from "./http.ts";

/** Starts the HTTP server for somebody at a terminal: what is in the way is said in one line. */
export function listenHttp(app: App, options: HttpOptions): HttpServer {
  try {
    return startHttp(app, options);
  } catch (error) {
    const why = error instanceof Deno.errors.AddrInUse
      ? "the port is in use; choose another with --port, or 0 for any"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new UserError(`Cannot listen on ${options.hostname}:${options.port}: ${why}`);
  }
}
