import { UserError } from "../../base/user_error.ts";

/** A version of Python, or a range of versions, that was asked for. */
export interface PythonVersion {
  /** As it was asked for, without surrounding space. */
  text: string;
  /** Whether a full version such as `3.12.4` is meant. */
  matches(version: string): boolean;
}

/** The oldest Python that scripts can run on. */
export const oldestSupported = "3.8";

const bare = /^\d+(?:\.\d+){0,2}$/;

/**
 * Reads a version (`3.12`, which means any 3.12; `3.12.4`) or a PEP 440 range (`>=3.9,<3.12`).
 *
 * @param parameter what the caller calls it, for errors
 */
export async function parsePythonVersion(
  text: string,
  parameter = "python_version",
): Promise<PythonVersion> {
  // At the first need: it would take a tenth of the server's start.
  const { default: pep440 } = await import("@renovatebot/pep440");
  const request = text.trim();
  const range = bare.test(request) ? `==${request}.*` : request;
  if (range === "" || !pep440.validRange(range)) {
    throw new UserError(
      `Cannot read ${parameter} ${JSON.stringify(request.slice(0, 80))}: it must be a version ` +
        "(`3.12`, `3.12.4`) or a range (`>=3.11`, `>=3.9,<3.12`, `~=3.11`, `==3.12.*`).",
    );
  }
  const matches = (version: string) =>
    isSupportedVersion(version) && pep440.satisfies(version, range);
  if (!edgesOf(range).some(matches)) {
    const fitsOlder = edgesOf(range).some((version) => pep440.satisfies(version, range));
    const next = parameter === "python_version"
      ? "Ask for e.g. `3.12` or `>=3.11`."
      : "Change it to one that the code runs on, e.g. `>=3.11`; `python_version` comes before what a script asks for.";
    throw new UserError(
      `Cannot use ${parameter} ${JSON.stringify(request)}: no version of Python from ` +
        `${oldestSupported} on matches it${
          fitsOlder ? ", and older ones are not supported" : ""
        }. ${next}`,
    );
  }
  return { text: request, matches };
}

/** Orders full versions, older first. Own code, since a collator takes 20 ms to load. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersIn(a), numbersIn(b)];
  const at = left.findIndex((number, index) => number !== right[index]);
  // Where one has no number left, as 3.8 beside 3.8.1, it is the older one.
  return at < 0 ? left.length - right.length : left[at]! - (right[at] ?? -1);
}

function numbersIn(version: string): number[] {
  return version.match(/\d+/g)?.map(Number) ?? [];
}

/** Whether scripts can run on this version, given with or without its patch number. */
export function isSupportedVersion(version: string): boolean {
  return compareVersions(version, oldestSupported) >= 0;
}

/** Releases of Python 3 at which the answer of a range may change: where none fits, none ever does. */
function edgesOf(range: string): string[] {
  const minors = [...range.matchAll(/\d+\.(\d+)/g)].map((match) => Number(match[1]));
  const patches = [...range.matchAll(/\d+\.\d+\.(\d+)/g)].map((match) => Number(match[1]));
  const around = (numbers: number[]) => numbers.flatMap((n) => [n, n + 1, Math.max(0, n - 1)]);
  return around([...minors, 8, 98]).flatMap((minor) =>
    around([...patches, 0, 98]).map((patch) => `3.${minor}.${patch}`)
  );
}
