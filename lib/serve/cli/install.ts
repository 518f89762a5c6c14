import { CLIENTS } from "../install/clients.ts";
import { defineCommand } from "./command/define_command.ts";
import { choice, flag, text, withDefault } from "./command/options.ts";

const NAMES = CLIENTS.map(({ name }) => name);

/** What `install` and `uninstall` can both be told. */
const SHARED = {
  client: choice("only this one (default: all that are found)", {
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
  dryRun: flag("show what would be changed, and change nothing", "n"),
  json: flag("as JSON: [{client, path, action, diff}]"),
};

export const INSTALL = defineCommand({
  name: "install",
  description: "Write the server into the configuration of MCP clients",
  options: {
    ...SHARED,
    scoped: flag("let it run with the permissions that it needs instead of -A"),
    ...DRY_RUN,
  },
  about: "A copy of each file that is changed is kept beside it (*.before-python-mcp).",
  examples: ["$0 install --dry-run", "$0 install --client cursor"],
  async handle(input, cli) {
    (await import("./install_clients.ts")).installClients(cli, input, "install");
  },
});

export const UNINSTALL = defineCommand({
  name: "uninstall",
  description: "Take the server out of the configuration of MCP clients",
  options: { ...SHARED, ...DRY_RUN },
  examples: ["$0 uninstall --client zed"],
  async handle(input, cli) {
    (await import("./install_clients.ts")).installClients(cli, input, "uninstall");
  },
});
