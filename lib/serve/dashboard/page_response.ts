import type { PageDocument } from "../../page/assemble.ts";

/** A page that may load nothing from elsewhere and run no script but its own. */
export function pageResponse(
  { html, scriptSource, styleSource }: PageDocument,
  status = 200,
): Response {
  return new Response(html, {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": [
        "default-src 'none'",
        `script-src ${scriptSource}`,
        `style-src ${styleSource}`,
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ].join("; "),
      "Cache-Control": "no-store",
      "Cross-Origin-Resource-Policy": "same-origin",
      // Not `no-referrer`: then browsers would send forms with `Origin: null`.
      "Referrer-Policy": "same-origin",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
