import type { Cli } from "./cli.ts";
import type { Command } from "./define_command.ts";
import { longFlag, type Option } from "./options.ts";

/** Where a command line has led to. */
interface Place {
  /** `undefined`: to no command yet. */
  command?: Command;
  commands: readonly Command[];
  /** The option that still wants a value. */
  option?: Option<unknown>;
}

/**
 * What can stand at the end of a command line.
 *
 * @param words The words after the program's name; the last one, maybe empty, is being typed.
 */
export function complete(commands: readonly Command[], cli: Cli, words: string[]): string[] {
  const typed = words.at(-1) ?? "";
  const place = walk(commands, words.slice(0, -1));
  return candidates(place, typed, cli).filter((word) => word.startsWith(typed));
}

function candidates({ command, commands, option }: Place, typed: string, cli: Cli): string[] {
  if (option) return [...option.choices ?? []];
  if (typed.startsWith("-")) {
    const options = command ? flagsOf(command) : ["--version"];
    return [...options, "--help"];
  }
  const names = commands.map(({ name }) => name);
  const [argument] = Object.values(command?.arguments ?? {});
  return [...names, ...argument?.choices ?? argument?.complete?.(cli) ?? []];
}

function walk(all: readonly Command[], words: string[]): Place {
  let place: Place = { commands: all.filter(({ hidden }) => !hidden) };
  for (const word of words) {
    if (place.option) {
      place = { ...place, option: undefined };
    } else if (word.startsWith("-")) {
      place = { ...place, option: optionOf(place.command, word) };
    } else {
      const command = place.commands.find(({ name }) => name === word);
      if (command) place = { command, commands: command.commands ?? [] };
    }
  }
  return place;
}

/** The option that a word names, if it takes a value. */
function optionOf(command: Command | undefined, word: string): Option<unknown> | undefined {
  const named = Object.entries(command?.options ?? {}).find(([key, option]) =>
    word === longFlag(key, option) || word === `-${option.short}`
  );
  return named?.[1].placeholder === undefined ? undefined : named[1];
}

function flagsOf({ options }: Command): string[] {
  return Object.entries(options).map(([key, option]) => longFlag(key, option));
}
