import type { Command } from "./command/define_command.ts";

/** The help of the whole program; it fits on a screen of 24 lines. */
export function programHelp(invocation: string, commands: readonly Command[]): string {
  const shown = commands.filter(({ hidden }) => !hidden);
  const width = Math.max(...shown.map(({ name }) => name.length));
  const lines = shown.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`);
  return `Usage: ${invocation} [command]
The MCP server that runs Python as jobs. Without a command: serve on stdio.

Commands: (their options and examples: <command> --help)
${lines.join("\n")}

Example:
  $ ${invocation} run script.py
Exit codes: 0 done; 1 failed; 64 wrong command line; 124 time was up; 130 Ctrl-C
`;
}
