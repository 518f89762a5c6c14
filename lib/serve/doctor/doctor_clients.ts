import { readIfThere } from "../../base/private_files.ts";
import { type ClientConfig, isThere } from "../install/client_config.ts";
import { CLIENTS } from "../install/clients.ts";
import { FORMATS } from "../install/formats.ts";
import { entry, invocation } from "../program/invocation.ts";
import type { Finding } from "./finding.ts";

/** The clients on this machine, and whether they know the server. */
export function checkClients(env: Record<string, string>): Finding[] {
  const machine = { env, os: Deno.build.os };
  const found = CLIENTS.filter((client) => isThere(client, machine));
  if (found.length === 0) {
    return [{
      check: "clients",
      level: "ok",
      message: `none of ${CLIENTS.map(({ title }) => title).join(", ")} is here`,
    }];
  }
  return found.map((client) => checkClient(client, client.path(machine)));
}

function checkClient({ title, name, key, format = "json" }: ClientConfig, path: string): Finding {
  const text = (readIfThere(path) ?? "").replace(/^\ufeff/, "");
  try {
    const values = FORMATS[format].read(text) as Record<string, object> | null;
    if (knowsServer(values?.[key] ?? {})) {
      return { check: "clients", level: "ok", message: `${title} has the server (${path})` };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {
      check: "clients",
      level: "warning",
      message: `${title}: ${path} cannot be read: ${error.message}`,
      fix: "Correct the file.",
    };
  }
  return {
    check: "clients",
    level: "warning",
    message: `${title} does not have the server (${path})`,
    fix: `${invocation()} install --client ${name}`,
  };
}

/** Under another name it may have been written by hand. */
function knowsServer(servers: object): boolean {
  return Object.entries(servers).some(([name, server]) =>
    name === "python-mcp" || JSON.stringify(server).includes(entry())
  );
}
