import { UserError } from "../../base/user_error.ts";
import { type ClientConfig, CLIENTS } from "../install/clients.ts";
import { planChange } from "../install/plan_change.ts";
import { serverEntry } from "../install/server_entry.ts";
import { type Cli, EXIT } from "./command/cli.ts";
import { entry, isFromNpx } from "../program/invocation.ts";
import { paintFor, print, printJson, say } from "./terminal/terminal.ts";

export interface InstallOptions {
  client?: string;
  name: string;
  scoped?: boolean;
  dryRun: boolean;
  json: boolean;
}

/** `install` and `uninstall`: one client after the other; what fails for one is said, the rest goes on. */
export function installClients(
  cli: Cli,
  options: InstallOptions,
  what: "install" | "uninstall",
): void {
  const { env, home } = cli.app.settings;
  const machine = { env, os: Deno.build.os };
  const clients = CLIENTS.filter((one) =>
    options.client === undefined ? one.isThere(machine) : one.name === options.client
  );
  if (clients.length === 0) {
    throw new UserError(
      `No MCP client was found (looked for ${CLIENTS.map(({ title }) => title).join(", ")}). ` +
        "Name one with --client to write its configuration anyway.",
    );
  }
  const server = what === "install"
    ? serverEntry({ main: entry(), home, env, scoped: options.scoped ?? false })
    : undefined;
  if (server && isFromNpx()) {
    say(
      `python-mcp: warning: the Deno that is written, ${server.command}, is in the cache of npx, which ` +
        "npm may empty. Install Deno with `npm install --global deno`, then run install again with it.\n",
    );
  }
  const done = [];
  for (const client of clients) {
    try {
      const change = planChange(client, client.path(machine), options.name, server);
      if (!options.dryRun) change.apply();
      done.push({
        client: client.name,
        path: change.path,
        action: change.action,
        diff: change.diff,
      });
      if (!options.json) sayChange(client, change, options.dryRun);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      say(`python-mcp: ${error.message}\n`);
      cli.exitCode = EXIT.failed;
    }
  }
  if (options.json) printJson(done);
}

function sayChange(
  { title, afterwards }: ClientConfig,
  { path, action, diff }: { path: string; action: string; diff: string },
  dryRun: boolean,
): void {
  const paint = paintFor(Deno.stdout);
  const verbs: Record<string, [string, string]> = {
    added: ["would be added", "added"],
    changed: ["would be changed", "changed"],
    removed: ["would be removed", "removed"],
    unchanged: ["nothing to do", "nothing to do"],
  };
  print(`${paint.bold(title)}: ${verbs[action]![dryRun ? 0 : 1]}  ${paint.dim(path)}\n`);
  if (dryRun) {
    for (const line of diff === "" ? [] : diff.split("\n")) {
      const colour = line.startsWith("+")
        ? paint.green
        : line.startsWith("-")
        ? paint.red
        : paint.dim;
      print(`  ${colour(line)}\n`);
    }
  } else if (action !== "unchanged") {
    print(`  ${afterwards}\n`);
  }
}
