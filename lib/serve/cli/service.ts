import { defineCommand } from "./command/define_command.ts";
import { choice, flag, parsed, withDefault } from "./command/options.ts";
import { parsePort } from "./command/parse_values.ts";
import { type Keeper, KEEPERS, SERVICE_FILE } from "../install/service_file.ts";
import { entry, invocation } from "../program/invocation.ts";
import { print, say } from "./terminal/terminal.ts";
import { warnOfNpx } from "./warn_of_npx.ts";

const STEPS: Record<Keeper, string[]> = {
  systemd: [
    "mkdir -p ~/.config/systemd/user",
    "$0 service > ~/.config/systemd/user/python-mcp.service",
    "systemctl --user enable --now python-mcp",
    "loginctl enable-linger   # keeps it running while you are logged out",
  ],
  launchd: [
    "mkdir -p ~/Library/LaunchAgents",
    "$0 service > ~/Library/LaunchAgents/python-mcp.plist",
    "launchctl bootstrap gui/$UID ~/Library/LaunchAgents/python-mcp.plist",
  ],
};
const OWN: Keeper = Deno.build.os === "darwin" ? "launchd" : "systemd";

/** `service`: what keeps a server over HTTP running. */
export const SERVICE = defineCommand({
  name: "service",
  description: "Print a systemd unit or launchd plist for `serve --http`",
  options: {
    for: withDefault(
      choice<Keeper>("what starts it", { placeholder: "<keeper>", choices: KEEPERS }),
      OWN,
    ),
    port: withDefault(
      parsed("port to listen on, on this machine", { placeholder: "<number>", read: parsePort }),
      8000,
    ),
    keepDeno: flag("copy a Deno from npx's cache to ~/.deno/bin first"),
  },
  examples: STEPS[OWN],
  async handle(input, { app: { settings } }) {
    const [{ serverEntry }, { keepDeno, lastingDeno }] = await Promise.all([
      import("../install/server_entry.ts"),
      import("../install/keep_deno.ts"),
    ]);
    const lasting = lastingDeno(settings.env) ??
      (input.keepDeno ? keepDeno(settings.env) : undefined);
    if (lasting === undefined) warnOfNpx("service");
    const server = serverEntry({
      deno: lasting ?? Deno.execPath(),
      main: entry(),
      home: settings.home,
      env: settings.env,
      scoped: false,
    });
    const args = [...server.args, "serve", "--http", "--port", String(input.port)];
    print(SERVICE_FILE[input.for]({ ...server, args }));
    if (!Deno.stdout.isTerminal()) return;
    say(
      `\nNext:\n${
        STEPS[input.for].map((line) => `  ${line.replaceAll("$0", invocation())}\n`).join("")
      }`,
    );
  },
});
