import { findLauncherPython } from "../interpreters/find_interpreters.ts";
import { findUv } from "./find_uv.ts";

/** How long an index may take to say what it has, in milliseconds. */
const PATIENCE_MS = 15_000;

/** A distribution that could not be built, and what would not have to build it. */
export interface Unbuilt {
  /** e.g. `numpy==1.19.5` */
  requirement: string;
  /** Those of the asked versions of Python that it has wheels for. */
  versions: string[];
}

/**
 * Finds for which versions of Python the distribution has wheels whose build failed, by asking uv;
 * `undefined` where the log names none, or no uv is there.
 *
 * @param versions e.g. `3.12.4`; of one minor version the first counts
 */
export async function versionsWithWheels(
  log: string,
  versions: string[],
  home: string,
  env: Record<string, string> = Deno.env.toObject(),
): Promise<Unbuilt | undefined> {
  const requirement = /Failed to (?:download and )?build `([\w.-]+==[\w.!+-]+)`/.exec(log)?.[1];
  const uv = findUv(home, env);
  if (requirement === undefined || uv === undefined) return undefined;
  const minors = new Map(versions.toReversed().map((one) => [one.split(".")[1], one]));
  const newest = [...minors.values()].reverse();
  const have = await Promise.all(newest.map((one) => hasWheel(uv, requirement, one, env)));
  return { requirement, versions: newest.filter((_, index) => have[index]) };
}

async function hasWheel(
  uv: string,
  requirement: string,
  version: string,
  env: Record<string, string>,
): Promise<boolean> {
  // Told of one, uv starts no other Python to look for that version.
  const python = ["--python", findLauncherPython(env), "--python-version", version];
  const only = ["--no-deps", "--only-binary", ":all:", ...python];
  const child = new Deno.Command(uv, {
    args: ["pip", "compile", "-", "--quiet", "--no-config", ...only],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(requirement));
  await writer.close();
  return (await child.status).success;
}
