import type { Command, Option } from "commander";
import type { Cli } from "./cli.ts";
import { SHORT_ID } from "./find_job.ts";

const SHOWN_JOBS = 50;

/**
 * What can stand at the end of a command line.
 *
 * @param words The words after the program's name; the last one, maybe empty, is being typed.
 */
export function complete(program: Command, cli: Cli, words: string[]): string[] {
  const typed = words.at(-1) ?? "";
  const { command, option } = walk(program, words.slice(0, -1));
  return candidates(command, option, typed, cli).filter((word) => word.startsWith(typed));
}

function candidates(
  command: Command,
  option: Option | undefined,
  typed: string,
  cli: Cli,
): string[] {
  if (option) return [...option.argChoices ?? []];
  if (typed.startsWith("-")) {
    return [...command.options.map(({ long }) => long!), "--help"];
  }
  const subcommands = visible(command).map((one) => one.name());
  const argument = command.registeredArguments[0];
  if (argument?.argChoices) return [...subcommands, ...argument.argChoices];
  return argument?.name() === "id" ? [...subcommands, ...jobIds(cli)] : subcommands;
}

/** The command that the words lead to, and its option that still wants a value. */
function walk(program: Command, words: string[]): { command: Command; option?: Option } {
  let command = program;
  let option: Option | undefined;
  for (const word of words) {
    if (option) {
      option = undefined;
    } else if (word.startsWith("-")) {
      const found = command.options.find(({ long, short }) => word === long || word === short);
      option = found?.required ? found : undefined;
    } else {
      command = visible(command).find((one) => one.name() === word) ?? command;
    }
  }
  return { command, option };
}

function visible(command: Command): Command[] {
  return command.commands.filter((one) => one.name() !== "complete");
}

function jobIds({ app }: Cli): string[] {
  return app.jobs.store.list({ limit: SHOWN_JOBS }).map(({ id }) => id.slice(0, SHORT_ID));
}
