import { type Command, Option } from "commander";
import { CLIENTS } from "../install/clients.ts";
import type { Cli } from "./cli.ts";

const NAMES = CLIENTS.map(({ name }) => name);

/** `install` and `uninstall`. */
export function addInstall(program: Command, cli: Cli): void {
  const client = () =>
    new Option("-c, --client <name>", "only this one (default: all that are found)").choices(NAMES);
  program.command("install")
    .description("Write the server into the configuration of MCP clients")
    .addOption(client())
    .option("--name <name>", "what the server is called there", "python-mcp")
    .option("--scoped", "let it run with the permissions that it needs instead of -A")
    .option("-n, --dry-run", "show what would be changed, and change nothing")
    .option("--json", "as JSON: [{client, path, action, diff}]")
    .addHelpText(
      "after",
      `
A copy of each file that is changed is kept beside it (*.before-python-mcp).

Examples:
  $ ${program.name()} install --dry-run
  $ ${program.name()} install --client cursor`,
    )
    .action(async (options) => {
      (await import("./install_clients.ts")).installClients(cli, options, "install");
    });
  program.command("uninstall")
    .description("Take the server out of the configuration of MCP clients")
    .addOption(client())
    .option("--name <name>", "what the server is called there", "python-mcp")
    .option("-n, --dry-run", "show what would be changed, and change nothing")
    .option("--json", "as JSON: [{client, path, action, diff}]")
    .addHelpText("after", `\nExample:\n  $ ${program.name()} uninstall --client zed`)
    .action(async (options) => {
      (await import("./install_clients.ts")).installClients(cli, options, "uninstall");
    });
}
