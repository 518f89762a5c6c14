const UNITS: [name: string, seconds: number][] = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];

/**
 * A length of time for people, in its two largest units.
 *
 * @example
 * ```ts
 * import { formatSeconds } from "./durations.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatSeconds(0.42), "0.4s");
 * assert.equal(formatSeconds(75), "1m 15s");
 * assert.equal(formatSeconds(7200), "2h");
 * ```
 */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)}s`;
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [name, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count}${name}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(" ");
}

/** How long ago a time was, in its largest unit. */
export function formatAge(milliseconds: number, now = Date.now()): string {
  const seconds = Math.max(0, (now - milliseconds) / 1000);
  const [name, length] = UNITS.find(([, length]) => seconds >= length) ?? ["s", 1];
  return `${Math.floor(seconds / length)}${name}`;
}
