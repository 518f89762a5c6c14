import { UserError } from "../../base/user_error.ts";
import { type ClientConfig, isThere } from "../install/client_config.ts";
import { CLIENTS } from "../install/clients.ts";
import { FORMATS } from "../install/formats.ts";
import { keepDeno, lastingDeno } from "../install/keep_deno.ts";
import { makeChange } from "../install/make_change.ts";
import { type Change, planChange, type Target } from "../install/plan_change.ts";
import { serverAddress } from "../install/server_address.ts";
import { serverEntry } from "../install/server_entry.ts";
import { entry } from "../program/invocation.ts";
import { chooseClients } from "./choose_clients.ts";
import { type Cli, EXIT } from "./command/cli.ts";
import { ask, canAsk } from "./terminal/ask.ts";
import { paintFor, print, printJson, say } from "./terminal/terminal.ts";
import { IN_NPX, warnOfNpx } from "./warn_of_npx.ts";

interface UninstallOptions {
  client?: string;
  name: string;
  dryRun: boolean;
  json: boolean;
}

export interface InstallOptions extends UninstallOptions {
  yes: boolean;
  scoped: boolean;
  keepDeno: boolean;
  http: boolean;
  url: string;
}

/** What is written for a client; absent where its file can hold none. */
type EntryOf = (client: ClientConfig) => Record<string, unknown> | undefined;

export function install(cli: Cli, options: InstallOptions): void {
  requireName(options.name);
  const found = clientsFor(cli, options);
  const asks = options.client === undefined && !options.yes && !options.json && canAsk();
  const clients = asks ? chooseClients(found) : found;
  if (clients.length > 0) change(cli, options, clients, entryWriter(cli, options));
}

export function uninstall(cli: Cli, options: UninstallOptions): void {
  change(cli, options, clientsFor(cli, options));
}

/** Clients differ in the names that they take; these suit all of them. */
function requireName(name: string): void {
  if (/^[a-z0-9][a-z0-9_-]*$/i.test(name)) return;
  throw new UserError(
    `--name takes letters, digits, hyphens and underscores, and must begin with a letter or digit: ${
      JSON.stringify(name)
    } is refused by some clients. Try python-mcp.`,
  );
}

function clientsFor(cli: Cli, { client }: UninstallOptions): ClientConfig[] {
  const machine = { env: cli.app.settings.env, os: Deno.build.os };
  const clients = CLIENTS.filter((one) =>
    client === undefined ? isThere(one, machine) : one.name === client
  );
  if (clients.length > 0) return clients;
  throw new UserError(
    `No MCP client was found (looked for ${CLIENTS.map(({ title }) => title).join(", ")}). ` +
      "Name one with --client to write its configuration anyway.",
  );
}

function entryWriter({ app: { settings } }: Cli, options: InstallOptions): EntryOf {
  const { home, env } = settings;
  if (options.http) {
    const address = serverAddress(options.url, home, env.PYTHON_MCP_TOKEN);
    return ({ httpEntry }) => httpEntry?.(address, options.name);
  }
  const deno = denoFor(env, options);
  const server = serverEntry({ deno, main: entry(), home, env, scoped: options.scoped });
  return (client) => client.entry?.(server, options.name) ?? { ...server };
}

/** The Deno that clients are to start; npm may empty the cache of npx. */
function denoFor(
  env: Record<string, string>,
  { keepDeno: isWanted, dryRun, json }: InstallOptions,
): string {
  const lasting = lastingDeno(env);
  if (lasting !== undefined) return lasting;
  const agreed = isWanted || (canAsk() && !json && !dryRun &&
    /^y/i.test(ask(`${IN_NPX} Copy it to ~/.deno/bin? [y/N]`) ?? ""));
  if (agreed && !dryRun) return keepDeno(env);
  warnOfNpx("install");
  return Deno.execPath();
}

/** One client after the other; what fails for one is said, the rest goes on. */
function change(
  cli: Cli,
  { name, client: named, dryRun, json }: UninstallOptions,
  clients: ClientConfig[],
  entryOf?: EntryOf,
): void {
  const machine = { env: cli.app.settings.env, os: Deno.build.os };
  const done = [];
  for (const client of clients) {
    try {
      const server = entryOf?.(client);
      if (entryOf && !server) {
        const message = `The configuration of ${client.title} takes no address; leave out --http.`;
        if (named !== undefined) throw new UserError(message);
        say(`python-mcp: ${message}\n`);
        continue;
      }
      const target: Target = {
        file: client.path(machine),
        format: FORMATS[client.format ?? "json"],
        at: [client.key, name],
      };
      const change = dryRun ? planChange(target, server) : makeChange(target, server);
      const { path, action, diff } = change;
      done.push({ client: client.name, path, action, diff });
      if (!json) sayChange(client, change, dryRun);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      say(`python-mcp: ${error.message}\n`);
      cli.exitCode = EXIT.failed;
    }
  }
  if (json) printJson(done);
}

const DONE: Record<Change["action"], [planned: string, done: string]> = {
  added: ["would be added", "added"],
  changed: ["would be changed", "changed"],
  removed: ["would be removed", "removed"],
  unchanged: ["nothing to do", "nothing to do"],
};

function sayChange(
  { title, afterwards }: ClientConfig,
  { path, action, diff }: Change,
  dryRun: boolean,
): void {
  const paint = paintFor(Deno.stdout);
  const [planned, done] = DONE[action];
  print(`${paint.bold(title)}: ${dryRun ? planned : done}  ${paint.dim(path)}\n`);
  if (dryRun) {
    for (const line of diff === "" ? [] : diff.split("\n")) {
      const colour = line.startsWith("+")
        ? paint.green
        : line.startsWith("-")
        ? paint.red
        : paint.dim;
      print(`  ${colour(line)}\n`);
    }
  } else if (action === "added" || action === "changed") {
    print(`  ${afterwards}\n`);
  }
}
