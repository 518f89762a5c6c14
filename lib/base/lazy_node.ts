import type crypto from "node:crypto";
import type fs from "node:fs";

/** `node:fs`, which takes 13 ms to load, at its first use: most processes never need it. */
export function lazyFs(): typeof fs {
  return globalThis.process.getBuiltinModule("node:fs");
}

/** `node:crypto`, which takes 8 ms and a megabyte, at its first use. */
export function lazyCrypto(): typeof crypto {
  return globalThis.process.getBuiltinModule("node:crypto");
}
