import { type Command, InvalidArgumentError } from "commander";
import type { Cli } from "./cli.ts";

/** `serve`: the server itself. */
export function addServe(program: Command, cli: Cli): void {
  program.command("serve")
    .description("Serve MCP on stdio, or over HTTP with the page of jobs")
    .option("--http", "Streamable HTTP instead of stdio; the endpoint is /mcp, the page /")
    .option("--host <address>", "address to listen on, with --http", "127.0.0.1")
    .option("--port <number>", "port to listen on, with --http; 0 = any", parsePort, 8000)
    .addHelpText("after", `\nExample:\n  $ ${program.name()} serve --http --port 8000`)
    .action(async ({ http, host, port }: { http?: boolean; host: string; port: number }) => {
      if (http) {
        const { runHttp } = await import("../http/run_http.ts");
        await runHttp(cli.app, { hostname: host, port });
      } else {
        const { runStdio } = await import("../stdio/stdio.ts");
        await runStdio(cli.app);
      }
    });
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError("It is a whole number from 1.");
}

export function parseAmount(text: string): number {
  const amount = Number(text);
  if (text.trim() !== "" && amount >= 0 && Number.isFinite(amount)) return amount;
  throw new InvalidArgumentError("It is a number from 0.");
}
