import { join } from "node:path";
import { lookAt } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";

/** What the place of a configuration depends on. */
export interface Machine {
  env: Record<string, string>;
  os: typeof Deno.build.os;
}

/** Where a file or folder is on a machine. */
export type Place = (machine: Machine) => string;

/** A place below the user's home. */
export function inHome(path: string): Place {
  return ({ env }) => join(homeOf(env), path);
}

/** A place below a folder that a variable names, else below one in the user's home. */
export function inFolderOf(variable: string, folder: string, path = ""): Place {
  return ({ env }) => join(env[variable] || join(homeOf(env), folder), path);
}

/** A place where programs of the terminal keep their settings. */
export function inConfig(path: string): Place {
  return ({ env, os }) => join(os === "darwin" ? dotConfig(env) : configFolder(env), path);
}

/** A place where programs of the desktop keep their settings. */
export function inApplications(path: string): Place {
  return ({ env, os }) =>
    join(
      os === "darwin" ? join(homeOf(env), "Library/Application Support") : configFolder(env),
      path,
    );
}

/** The first of several places where there is something, else the last. */
export function firstThere(...places: Place[]): Place {
  return (machine) => {
    const paths = places.map((place) => place(machine));
    return paths.find(lookAt) ?? paths.at(-1)!;
  };
}

function configFolder(env: Machine["env"]): string {
  return env.XDG_CONFIG_HOME || dotConfig(env);
}

function dotConfig(env: Machine["env"]): string {
  return join(homeOf(env), ".config");
}

/** The user's home; throws where none is set. */
export function homeOf(env: Machine["env"]): string {
  if (env.HOME) return env.HOME;
  throw new UserError(
    "Cannot tell where MCP clients keep their settings: HOME is not set. Set it.",
  );
}
