import config from "../../../deno.json" with { type: "json" };
import { defineCommand } from "./command/define_command.ts";
import { print } from "./terminal/terminal.ts";

export const VERSION = defineCommand({
  name: "version",
  description: "Print the version",
  examples: ["$0 version"],
  handle: () => print(`${config.version}\n`),
});
