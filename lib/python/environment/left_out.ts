import { readForeignJson } from "../../base/read_foreign_file.ts";
import { failureInBrief } from "../advice/explain_failure.ts";

/** What an environment was made without, since it could not be installed. */
type LeftOut = Record<string, {
  /** The distributions that take its place. */
  instead: string[];
  /** The end of what was printed about it. */
  output: string;
}>;

/**
 * What an environment has of the requirements that it was to have, and what is to be said about the
 * others.
 *
 * @param path the file in which the preparation noted it
 */
export function applyLeftOut(
  path: string,
  requirements: string[],
): { requirements: string[]; note?: string } {
  const leftOut = readForeignJson<LeftOut>(path) ?? {};
  const names = Object.keys(leftOut);
  if (names.length === 0) return { requirements };
  const instead = Object.values(leftOut).flatMap((one) => one.instead)
    .filter((name) => !names.includes(name));
  const all = new Set([...requirements.filter((name) => !names.includes(name)), ...instead]);
  const reasons = Object.entries(leftOut)
    .map(([name, { output }]) => `${name} (${failureInBrief(output)})`);
  const taken = instead.length > 0 ? `; installed instead: ${instead.join(", ")}` : "";
  return {
    requirements: [...all].sort(),
    note: `Left out, since it cannot be installed here: ${reasons.join(", ")}${taken}`,
  };
}
