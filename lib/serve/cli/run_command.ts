import { hideSecrets } from "../../base/hide_secrets.ts";
import { Command, CommanderError } from "commander";
import config from "../../../deno.json" with { type: "json" };
import { explainSystemError } from "../../base/explain_system_error.ts";
import { permissionAdvice } from "../../base/permission_advice.ts";
import { UserError } from "../../base/user_error.ts";
import type { App } from "../../runs/app.ts";
import { invocation } from "../program/invocation.ts";
import { addCommand } from "./command/build_program.ts";
import { Cli, EXIT } from "./command/cli.ts";
import { COMMANDS } from "./commands.ts";
import { programHelp } from "./program_help.ts";
import { print, say } from "./terminal/terminal.ts";
import { plainLines } from "./terminal/terminal_text.ts";

/** Runs a command line; returns its exit code. */
export async function runCommand(args: string[], createApp: () => App): Promise<number> {
  const cli = new Cli(createApp);
  try {
    await createProgram(cli).parseAsync(args, { from: "user" });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof Deno.errors.BrokenPipe) return EXIT.brokenPipe;
    say(`python-mcp: ${plainLines(hideSecrets(messageOf(error)))}
`);
    return EXIT.failed;
  } finally {
    await cli.close();
  }
}

function createProgram(cli: Cli): Command {
  const program = new Command(invocation())
    .version(config.version)
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError("(--help shows how it is used)")
    .configureOutput({ writeOut: print, writeErr: say });
  for (const command of COMMANDS) addCommand(program, command, cli, COMMANDS);
  // Only now: a command would have the same help.
  return program.configureHelp({ formatHelp: () => programHelp(program.name(), COMMANDS) });
}

/** One clear sentence; a fault of the program itself shows where it is. */
function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  if (error instanceof Deno.errors.NotCapable) {
    return `${error.message}. ${permissionAdvice(error.message)}`;
  }
  const why = explainSystemError(error);
  if (why !== undefined) return why;
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
