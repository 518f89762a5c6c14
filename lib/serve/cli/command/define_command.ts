import type { Cli } from "./cli.ts";
import type { Arguments, Options, ValuesOf } from "./options.ts";

/** A command of the command line: data plus a handler. */
export interface Command {
  name: string;
  description: string;
  arguments: Arguments;
  options: Options;
  /** What the help says besides. */
  about?: string;
  /** Command lines; `$0` stands for what starts the program. */
  examples: readonly string[];
  /** What the help says after the examples. */
  afterword?: string;
  /** Commands of the command. */
  commands?: readonly Command[];
  /** A word that may follow and changes nothing, besides the names of its commands. */
  alsoCalled?: string;
  /** What follows the first argument is not the command's own, even if it looks like an option. */
  passesOptionsOn?: true;
  /** For programs: it is in no help, and takes whatever it is given. */
  hidden?: true;
  /** @param commands All commands of the program. */
  handle(input: never, cli: Cli, commands: readonly Command[]): Promise<void> | void;
}

/** Ties the type of a handler's input to what the command says of its arguments and options. */
export function defineCommand<
  Given extends Arguments = Record<never, never>,
  Chosen extends Options = Record<never, never>,
>(
  command: Omit<Command, "arguments" | "options" | "handle"> & {
    arguments?: Given;
    options?: Chosen;
    handle(
      input: ValuesOf<Given> & ValuesOf<Chosen>,
      cli: Cli,
      commands: readonly Command[],
    ): Promise<void> | void;
  },
): Command {
  return { ...command, arguments: command.arguments ?? {}, options: command.options ?? {} };
}
