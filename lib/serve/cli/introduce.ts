import config from "../../../deno.json" with { type: "json" };
import { invocation } from "../program/invocation.ts";
import { paintFor, say } from "./terminal/terminal.ts";

const NEXT: [command: string, what: string][] = [
  ["install", "adds it to your MCP clients; asks which"],
  ["demo", "shows all of it at work, in under a minute"],
  ["run script.py", "runs a script as a job"],
  ["doctor", "checks this machine"],
  ["--help", "lists all commands"],
];

/**
 * Says what the program is and what to type: for a person who starts it as a client would. On stderr,
 * since stdout is the protocol's.
 */
export function introduce(): void {
  const { bold, dim } = paintFor(Deno.stderr);
  const start = invocation();
  const width = Math.max(...NEXT.map(([command]) => command.length));
  say(
    `${bold(`python-mcp ${config.version}`)}: an MCP server that runs Python for AI agents.\n` +
      "MCP clients start it and talk to it over a pipe. On a terminal, type:\n\n" +
      NEXT.map(([command, what]) => `  ${start} ${command.padEnd(width)}  ${dim(what)}\n`).join(""),
  );
}

/** What `serve` says on a terminal before it waits. */
export function sayThatItWaits(): void {
  say("python-mcp: waiting for an MCP client's JSON on this terminal; Ctrl-C ends it.\n");
}
