import { readForeignBytes, streamForeignFile } from "../../base/read_foreign_file.ts";
import { findArtifact } from "../../runs/results/artifacts.ts";
import { mimeTypeOf } from "../../runs/results/mime_type.ts";

/**
 * A file that a script made, as a download: a page that it may be never runs with this server's
 * origin. `undefined`: there is none, or the name leads out of the folder.
 *
 * @param range The request's `Range`: of it, only a start at 0 is understood.
 */
export async function artifactResponse(
  folder: string,
  name: string,
  range: string | null,
): Promise<Response | undefined> {
  const path = await findArtifact(folder, name);
  if (path === undefined) return undefined;
  const { size, body } = streamForeignFile(path) ?? {};
  if (size === undefined || !body) return undefined;
  const headers = {
    "Content-Type": contentType(await mimeTypeOf(path)),
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
  };
  const last = /^bytes=0-(\d{1,9})$/.exec(range ?? "")?.[1];
  if (last !== undefined) {
    await body.cancel();
    const bytes = readForeignBytes(path, Math.min(Number(last) + 1, size)) ?? new Uint8Array();
    return new Response(bytes, {
      status: size === 0 ? 200 : 206,
      headers: { ...headers, "Content-Range": `bytes 0-${Math.max(0, bytes.length - 1)}/${size}` },
    });
  }
  return new Response(body, {
    headers: { ...headers, "Content-Length": String(size) },
  });
}

/** Only pictures keep their type: no file of a script is ever a script or a style of the page. */
function contentType(type: string): string {
  return type.startsWith("image/") ? type : "application/octet-stream";
}
