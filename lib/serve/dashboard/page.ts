import { createHash } from "node:crypto";
import page from "./page.html" with { type: "text" };

/** The page, without any data: whoever has no token sees its login. */
export const PAGE: string = page;

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": [
    "default-src 'none'",
    `script-src ${hashOf("script")}`,
    `style-src ${hashOf("style")}`,
    "connect-src 'self'",
    "img-src blob: data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "Cache-Control": "no-cache",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

export function pageResponse(): Response {
  return new Response(PAGE, { headers: HEADERS });
}

/** What the policy lets run: the one script, and the one style sheet, of the page as it is. */
function hashOf(tag: string): string {
  const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)![1]!;
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}
