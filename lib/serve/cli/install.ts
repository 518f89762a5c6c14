import { CLIENTS } from "../install/clients.ts";
import { defineCommand } from "./command/define_command.ts";
import { choice, flag, text, withDefault } from "./command/options.ts";

const NAMES = CLIENTS.map(({ name }) => name);

/** What `install` and `uninstall` can both be told. */
const SHARED = {
  client: choice("only this client (default: those that are found)", {
    short: "c",
    placeholder: "<name>",
    choices: NAMES,
  }),
  name: withDefault(
    text("what the server is called there", { placeholder: "<name>" }),
    "python-mcp",
  ),
};
const DRY_RUN = {
  dryRun: flag("show what would change, and change nothing", "n"),
  json: flag("as JSON: [{client, path, action, diff}]"),
};

export const INSTALL = defineCommand({
  name: "install",
  description: "Add the server to the configuration of MCP clients",
  options: {
    ...SHARED,
    yes: flag("all clients that are found, without asking", "y"),
    scoped: flag("let it run with the permissions that it needs instead of -A"),
    keepDeno: flag("copy a Deno from npx's cache to ~/.deno/bin first"),
    http: flag("the address and token of `serve --http` instead of a command"),
    url: withDefault(
      text("the address, with --http", { placeholder: "<address>" }),
      "http://127.0.0.1:8000/mcp",
    ),
    ...DRY_RUN,
  },
  about: "A copy of each file that is changed is kept beside it (*.before-python-mcp).\n" +
    "On a terminal it asks which of the clients that are found should have the server.",
  examples: ["$0 install --dry-run", "$0 install --client cursor"],
  async handle(input, cli) {
    (await import("./install_clients.ts")).install(cli, input);
  },
});

export const UNINSTALL = defineCommand({
  name: "uninstall",
  description: "Remove the server from the configuration of MCP clients",
  options: { ...SHARED, ...DRY_RUN },
  examples: ["$0 uninstall --client zed"],
  async handle(input, cli) {
    (await import("./install_clients.ts")).uninstall(cli, input);
  },
});
