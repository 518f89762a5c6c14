import { extname } from "node:path";

/** The MIME type of a file, by the ending of its name. */
export async function mimeTypeOf(name: string): Promise<string> {
  // Its tables are large, and a server starts without them.
  const { default: mime } = await import("mime");
  return mime.getType(extname(name)) ?? "application/octet-stream";
}
