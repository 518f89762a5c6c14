import { UserError } from "../../base/user_error.ts";

/** A version of Python, or a range of versions, that was asked for. */
export interface PythonVersion {
  /** As it was asked for, without surrounding space. */
  text: string;
  /** Whether a full version such as `3.12.4` is meant. */
  matches(version: string): boolean;
}

/** Major, minor and patch number. */
type Release = [number, number, number];

/** The oldest Python that scripts can run on. */
export const oldestSupported = "3.8";

const bare = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?$/;
const clause = /^(~=|==|!=|<=|>=|<|>)\s*(\d+(?:\.\d+){0,2})(?:(?:a|b|rc)\d+)?(\.\*)?$/;

/**
 * Reads a version (`3.12`, which means any 3.12; `3.12.4`) or a PEP 440 range (`>=3.9,<3.12`).
 *
 * @param parameter what the caller calls it, for errors
 */
export function parsePythonVersion(text: string, parameter = "python_version"): PythonVersion {
  const request = text.trim();
  const tests = bare.test(request)
    ? [prefixTest(request)]
    : request.split(",").map((one) => clauseTest(one.trim(), request, parameter));
  const matchesRelease = (release: Release) => tests.every((test) => test(release));

  if (!supportedReleases().some(matchesRelease)) {
    throw new UserError(
      `Cannot use ${parameter} ${JSON.stringify(request)}: no version of Python from ` +
        `${oldestSupported} on fits it, and older ones are not supported. ` +
        "Ask for a newer one, e.g. `3.12` or `>=3.11`.",
    );
  }
  return {
    text: request,
    matches: (version) => {
      const release = releaseOf(version);
      return release !== undefined && isSupported(release) && matchesRelease(release);
    },
  };
}

/** Orders full versions, older first. */
export function compareVersions(a: string, b: string): number {
  return compareReleases(releaseOf(a) ?? [0, 0, 0], releaseOf(b) ?? [0, 0, 0]);
}

/** Whether scripts can run on this version, given with or without its patch number. */
export function isSupportedVersion(version: string): boolean {
  const release = releaseOf(version);
  return release !== undefined && isSupported(release);
}

type ReleaseTest = (release: Release) => boolean;

function clauseTest(text: string, request: string, parameter: string): ReleaseTest {
  const parts = clause.exec(text);
  const wildcard = parts?.[3] !== undefined;
  const operator = parts?.[1];
  const number = parts?.[2] ?? "";
  const wildcardFits = operator === "==" || operator === "!=";
  const compatibleFits = operator !== "~=" || number.includes(".");
  if (!parts || (wildcard && !wildcardFits) || !compatibleFits) {
    throw new UserError(
      `Cannot read ${parameter} ${JSON.stringify(request.slice(0, 80))}: it must be a version ` +
        "(`3.12`, `3.12.4`) or a range (`>=3.11`, `>=3.9,<3.12`, `~=3.11`, `==3.12.*`).",
    );
  }
  const bound = releaseOf(number)!;
  switch (operator) {
    case "==":
      return wildcard ? prefixTest(number) : (one) => compareReleases(one, bound) === 0;
    case "!=": {
      const excluded: ReleaseTest = wildcard
        ? prefixTest(number)
        : (one) => compareReleases(one, bound) === 0;
      return (one) => !excluded(one);
    }
    case "~=": {
      const family = prefixTest(number.replace(/\.\d+$/, ""));
      return (one) => compareReleases(one, bound) >= 0 && family(one);
    }
    case ">=":
      return (one) => compareReleases(one, bound) >= 0;
    case "<=":
      return (one) => compareReleases(one, bound) <= 0;
    case ">":
      return (one) => compareReleases(one, bound) > 0;
    default:
      return (one) => compareReleases(one, bound) < 0;
  }
}

function prefixTest(number: string): ReleaseTest {
  const prefix = number.split(".").map(Number);
  return (release) => prefix.every((part, index) => release[index] === part);
}

function releaseOf(version: string): Release | undefined {
  const parts = bare.exec(version);
  return parts ? [Number(parts[1]), Number(parts[2] ?? 0), Number(parts[3] ?? 0)] : undefined;
}

function compareReleases(a: Release, b: Release): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function isSupported(release: Release): boolean {
  return compareReleases(release, releaseOf(oldestSupported)!) >= 0;
}

/** Every release that could exist; generous, since it only serves to find empty ranges. */
function supportedReleases(): Release[] {
  const oldestMinor = releaseOf(oldestSupported)![1];
  const releases: Release[] = [];
  for (let minor = oldestMinor; minor < 100; minor++) {
    for (let patch = 0; patch < 50; patch++) releases.push([3, minor, patch]);
  }
  return releases;
}
