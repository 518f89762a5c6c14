import { parse } from "jsonc-parser";
import { readIfThere } from "../../base/private_files.ts";
import { entry, invocation } from "../program/invocation.ts";
import type { Finding } from "./finding.ts";
import { CLIENTS } from "../install/clients.ts";

/** The clients on this machine, and whether they know the server. */
export function checkClients(env: Record<string, string>): Finding[] {
  const machine = { env, os: Deno.build.os };
  const found = CLIENTS.filter((client) => client.isThere(machine));
  if (found.length === 0) {
    return [{
      check: "clients",
      level: "ok",
      message: `none of ${CLIENTS.map(({ title }) => title).join(", ")} is here`,
    }];
  }
  return found.map(({ title, name, key, path }) => {
    const servers = parse((readIfThere(path(machine)) ?? "{}").replace(/^\ufeff/, ""))?.[key] ?? {};
    // Under another name it may have been written by hand.
    const isKnown = Object.entries(servers).some(([key, server]) =>
      key === "python-mcp" || JSON.stringify(server).includes(entry())
    );
    return {
      check: "clients",
      level: isKnown ? "ok" as const : "warning" as const,
      message: `${title} ${isKnown ? "has the server" : "does not have the server"} (${
        path(machine)
      })`,
      ...(isKnown ? {} : { fix: `${invocation()} install --client ${name}` }),
    };
  });
}
