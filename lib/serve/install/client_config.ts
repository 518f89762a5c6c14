import { dirname } from "node:path";
import { lookAt } from "../../base/private_files.ts";
import type { FORMATS } from "./formats.ts";
import type { Machine, Place } from "./places.ts";

/** What starts the server, as clients want it. */
export interface ServerEntry {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** How the server is reached over HTTP. */
export interface ServerAddress {
  url: string;
  /** With the token in it. */
  headers: Record<string, string>;
}

/** An MCP client and how it keeps its servers. */
export interface ClientConfig {
  name: string;
  title: string;
  /** Its configuration file for the user. */
  path: Place;
  /** What is there where it is used; the folder of its file where nothing is said. */
  sign?: Place;
  format?: keyof typeof FORMATS;
  /** The key of the table that holds the servers. */
  key: string;
  /** An entry in its own form, where it differs from `{command, args, env}`. */
  entry?(server: ServerEntry, name: string): Record<string, unknown>;
  /** An entry for HTTP in its own form; absent where its file takes none. */
  httpEntry?(address: ServerAddress, name: string): Record<string, unknown>;
  /** What a person has to do then. */
  afterwards: string;
  /** CI has a model in the client's own program run Python; others' files follow their documentation. */
  seen?: true;
}

/** Whether a client seems to be used on a machine. */
export function isThere({ path, sign }: ClientConfig, machine: Machine): boolean {
  return lookAt(sign?.(machine) ?? dirname(path(machine))) !== undefined;
}
