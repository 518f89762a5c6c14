import { PAGE_FILES } from "../../page/page_files.ts";

const HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  // Not `no-referrer`: then browsers would send forms with `Origin: null`.
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
};
/** No script or style stands in a page, and none is loaded but the server's own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

export function pageResponse(html: string, status = 200): Response {
  return new Response(html, {
    status,
    headers: {
      ...HEADERS,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": POLICY,
    },
  });
}

/** A style or a module of the pages, such as `js/dom.js`. */
export function fileResponse(name: string): Response {
  if (!Object.hasOwn(PAGE_FILES, name)) {
    return new Response("Not found", { status: 404, headers: HEADERS });
  }
  const type = name.endsWith(".css") ? "text/css" : "text/javascript";
  return new Response(PAGE_FILES[name], {
    headers: { ...HEADERS, "Content-Type": `${type}; charset=utf-8` },
  });
}
