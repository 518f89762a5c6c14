import { readRequestBody } from "@modelcontextprotocol/server";
import { DASHBOARD, loginPage } from "../../page/pages.ts";
import type { App } from "../../runs/app.ts";
import type { HttpToken } from "../access/http_token.ts";
import { DashboardApi } from "./dashboard_api.ts";
import { DashboardEntry } from "./entry.ts";
import { fileResponse, pageResponse } from "./page_response.ts";

/** Where the pages' styles and modules are: nothing that only those who were let in may see. */
const PAGE_FOLDER = "/page/";
/** A form with a token is small. */
const LONGEST_FORM = 10_000;
/** The page is opened by a page of ours: only then does a browser send it the new cookie for sure. */
const LET_IN = '<!DOCTYPE html><meta http-equiv="refresh" content="0; url=/"><a href="/">Jobs</a>';

/** The page of jobs: `/`, `/login`, `/page/`, and what the page asks for below `/api/`. */
export class DashboardSite {
  readonly #entry: DashboardEntry;
  readonly #api: DashboardApi;

  constructor(app: App, token: HttpToken) {
    this.#entry = new DashboardEntry(token);
    this.#api = new DashboardApi(app);
  }

  /** Where a browser is let in, once, within ten minutes; relative to the server. */
  loginPath(): string {
    return `/login?code=${this.#entry.newCode()}`;
  }

  /** `undefined`: the path is not the dashboard's. */
  async fetch(request: Request): Promise<Response | undefined> {
    const { pathname, searchParams } = new URL(request.url);
    const { method } = request;
    if (pathname === "/" && method === "GET") {
      return this.#admits(request) ? pageResponse(DASHBOARD) : pageResponse(loginPage(""), 401);
    }
    if (pathname.startsWith(PAGE_FOLDER) && method === "GET") {
      return fileResponse(pathname.slice(PAGE_FOLDER.length));
    }
    if (pathname === "/login" && method === "GET") return this.#redeem(searchParams.get("code"));
    if (pathname === "/login" && method === "POST") return await this.#logIn(request);
    if (!pathname.startsWith("/api/")) return undefined;
    if (this.#admits(request)) return await this.#api.fetch(request);
    return Response.json({ error: "Not let in: log in at / or send the token" }, { status: 401 });
  }

  close(): void {
    this.#api.close();
  }

  #admits(request: Request): boolean {
    return this.#entry.admits(request);
  }

  #redeem(code: string | null): Response {
    if (code !== null && this.#entry.redeem(code)) return this.#letIn();
    const why = "This link has been used, or is too old. " +
      "Run <code>main.ts dashboard</code> again for a new one.";
    return pageResponse(loginPage(why), 401);
  }

  async #logIn(request: Request): Promise<Response> {
    const body = await readRequestBody(request, LONGEST_FORM);
    const form = new URLSearchParams(body.tooLarge ? "" : body.text);
    if (this.#entry.isToken(form.get("token") ?? "")) return this.#letIn();
    return pageResponse(loginPage("The server does not know this token."), 401);
  }

  #letIn(): Response {
    return new Response(LET_IN, {
      headers: {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Set-Cookie": this.#entry.setCookie,
      },
    });
  }
}
