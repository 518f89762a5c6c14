import { isAbsolute } from "node:path";
import { exists } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { type ClientConfig, isThere } from "../install/client_config.ts";
import { CLIENTS } from "../install/clients.ts";
import { readConfig } from "../install/config_file.ts";
import { isTable } from "../install/keep_additions.ts";
import { FORMATS } from "../install/formats.ts";
import { entry, invocation } from "../program/invocation.ts";
import type { Finding } from "./finding.ts";

/** The clients on this machine, and whether they know the server. */
export function checkClients(env: Record<string, string>): Finding[] {
  if (!env.HOME) {
    return [{ check: "clients", level: "ok", message: "not checked: HOME is not set" }];
  }
  const machine = { env, os: Deno.build.os };
  const found = CLIENTS.filter((client) => isThere(client, machine));
  if (found.length === 0) {
    return [{
      check: "clients",
      level: "ok",
      message: `none of ${CLIENTS.map(({ title }) => title).join(", ")} was found`,
    }];
  }
  return found.map((client) => checkClient(client, client.path(machine)));
}

function checkClient({ title, name, key, format = "json" }: ClientConfig, path: string): Finding {
  const warning = (message: string, fix: string): Finding => {
    return { check: "clients", level: "warning", message, fix };
  };
  const install = `${invocation()} install --client ${name}`;
  try {
    const text = (readConfig(path) ?? "").replace(/^\ufeff/, "");
    const values = FORMATS[format].read(text) as Record<string, object> | null;
    const server = Object.entries(values?.[key] ?? {}).find(isServer)?.[1];
    if (!server) return warning(`${title} does not have the server (${path})`, install);
    const program = programOf(server);
    if (program !== undefined && isAbsolute(program) && !exists(program)) {
      return warning(
        `${title} starts the server with ${program}, which is gone (${path})`,
        install,
      );
    }
    return { check: "clients", level: "ok", message: `${title} has the server (${path})` };
  } catch (error) {
    if (error instanceof UserError) {
      return warning(`${title}: ${error.message}`, "Correct the file.");
    }
    if (!(error instanceof SyntaxError)) throw error;
    return warning(`${title}: ${path} cannot be read: ${error.message}`, "Correct the file.");
  }
}

/** Under another name it may have been written by hand. */
function isServer([name, server]: [string, unknown]): boolean {
  return name === "python-mcp" || (JSON.stringify(server) ?? "").includes(entry());
}

/** What an entry starts, in any client's form; an address starts nothing. */
function programOf(server: unknown): string | undefined {
  if (!isTable(server)) return undefined;
  const [program] = [server.command ?? server.cmd].flat();
  return typeof program === "string" ? program : undefined;
}
