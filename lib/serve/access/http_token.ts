import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { requireOwned } from "../../base/owned_files.ts";
import {
  createPrivate,
  ensureFolder,
  readIfThere,
  replacePrivate,
} from "../../base/private_files.ts";

/** The secret that HTTP clients must send, and where it comes from. */
export interface HttpToken {
  value: string;
  /** The file that holds it; absent where `PYTHON_MCP_TOKEN` gave it. */
  path?: string;
}

/** The token of the environment, else the one kept in the home (mode 0600), made at the first need. */
export function readHttpToken(home: string, fromEnv: string | undefined): HttpToken {
  if (fromEnv) return { value: fromEnv };
  const path = join(home, "http_token");
  ensureFolder(home);
  requireOwned(home, { http_token: 0 });
  const made = randomBytes(32).toString("base64url");
  // Of servers that start at once, one makes it, and all read it.
  if (readIfThere(path) === undefined) createPrivate(path, `${made}\n`);
  const kept = readIfThere(path)?.trim();
  if (kept) return { value: kept, path };
  replacePrivate(path, `${made}\n`);
  return { value: made, path };
}

/** Whether an `Authorization` header bears the token (RFC 6750); takes equally long for all wrong ones. */
export function bearsToken(header: string | null, token: HttpToken): boolean {
  const sent = /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(sent), digest(token.value));
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
