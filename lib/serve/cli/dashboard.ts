import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { parsePort } from "./serve.ts";
import { paintFor, print, say } from "./terminal.ts";

/** `dashboard`: the page of jobs, for as long as the command runs. */
export function addDashboard(program: Command, cli: Cli): void {
  program.command("dashboard")
    .description("Show the jobs live in a browser, served on this machine only")
    .option("--port <number>", "port to listen on; 0 = any free one", parsePort, 0)
    .option("--no-open", "print the address and open no browser")
    .addHelpText(
      "after",
      `
The address lets one browser in, once, within ten minutes: it can then read and stop jobs.
Ctrl-C ends the page, and no job.

Example:
  $ ${program.name()} dashboard --no-open`,
    )
    .action(async ({ port, open }: { port: number; open: boolean }) => {
      const { listenHttp } = await import("../http/listen_http.ts");
      const { untilToldToEnd } = await import("../program/until_told_to_end.ts");
      const { app } = cli;
      app.jobs.sweep();
      const server = listenHttp(app, { hostname: "127.0.0.1", port });
      const address = server.loginUrl();
      print(`${address}\n`);
      say(paintFor(Deno.stderr).dim("It works once. Ctrl-C ends this page; jobs go on.\n"));
      if (open && Deno.stdout.isTerminal()) openBrowser(address);
      await untilToldToEnd();
      await server.close();
    });
}

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
