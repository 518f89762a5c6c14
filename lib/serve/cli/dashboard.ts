import { defineCommand } from "./command/define_command.ts";
import { parsed, turnOff, withDefault } from "./command/options.ts";
import { parsePort } from "./command/parse_values.ts";
import { paintFor, print, say } from "./terminal/terminal.ts";

/** `dashboard`: the page of jobs, for as long as the command runs. */
export const DASHBOARD = defineCommand({
  name: "dashboard",
  description: "Show the jobs live in a browser, served on this machine only",
  options: {
    port: withDefault(
      parsed("port to listen on; 0 = any free one", { placeholder: "<number>", read: parsePort }),
      0,
    ),
    open: turnOff("print the address and open no browser"),
  },
  about:
    "The address lets one browser in, once, within ten minutes: it can then read and stop jobs.\n" +
    "Ctrl-C ends the page, and no job.",
  examples: ["$0 dashboard --no-open"],
  async handle({ port, open }, { app }) {
    const { listenHttp } = await import("../http/listen_http.ts");
    const { untilToldToEnd } = await import("../program/until_told_to_end.ts");
    app.jobs.sweep();
    const server = listenHttp(app, { hostname: "127.0.0.1", port });
    const address = server.loginUrl();
    print(`${address}\n`);
    say(paintFor(Deno.stderr).dim("It works once. Ctrl-C ends this page; jobs go on.\n"));
    if (open && Deno.stdout.isTerminal()) openBrowser(address);
    await untilToldToEnd();
    await server.close();
  },
});

/** Opens the address where a browser can be opened; otherwise it can be clicked or copied. */
function openBrowser(address: string): void {
  const isMac = Deno.build.os === "darwin";
  if (!isMac && !Deno.env.get("DISPLAY") && !Deno.env.get("WAYLAND_DISPLAY")) return;
  try {
    new Deno.Command(isMac ? "open" : "xdg-open", {
      args: [address],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn().unref();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) {
      throw error;
    }
  }
}
