import * as commander from "commander";
import type { Cli } from "./cli.ts";
import type { Command } from "./define_command.ts";
import { type Argument, longFlag, type Option } from "./options.ts";

/** Builds a command, and those below it, into commander's `parent`. */
export function addCommand(
  parent: commander.Command,
  command: Command,
  cli: Cli,
  all: readonly Command[],
): void {
  const built = parent.command(command.name, { hidden: command.hidden });
  built.description(command.description);
  if (command.passesOptionsOn) built.passThroughOptions();
  if (command.hidden) built.allowUnknownOption();
  const given = Object.entries(command.arguments);
  const options = Object.entries(command.options);
  for (const [name, argument] of given) built.addArgument(buildArgument(name, argument));
  for (const [name, option] of options) built.addOption(buildOption(name, option));
  const invocation = nameOfRoot(parent);
  const help = helpText(command, invocation);
  if (help !== "") built.addHelpText("after", help);
  if (command.alsoCalled !== undefined) built.allowExcessArguments();
  built.action(async () => {
    refuseUnknownWord(built, command);
    const values = built.opts();
    const input = Object.fromEntries([
      ...given.map(([name], place) => [name, built.processedArgs[place]]),
      ...options.map(([name, { initial }]) => [name, values[name] ?? initial]),
    ]);
    // Commander has read the values as the command describes them.
    await command.handle(input as never, cli, all);
  });
  for (const one of command.commands ?? []) addCommand(built, one, cli, all);
}

/** What a command's help says after its options. */
export function helpText(
  { about, examples, afterword }: Pick<Command, "about" | "examples" | "afterword">,
  invocation: string,
): string {
  const lines = examples.map((line) => `\n  $ ${line.replaceAll("$0", invocation)}`).join("");
  const parts = [
    about && `\n${about}`,
    lines && `\n${examples.length > 1 ? "Examples" : "Example"}:${lines}`,
    afterword && `\n${afterword}`,
  ];
  return parts.filter((part) => part).join("\n");
}

const SHOWN: Record<Argument<unknown>["kind"], (name: string) => string> = {
  "required": (name) => `<${name}>`,
  "any number": (name) => `[${name}...]`,
  "at least one": (name) => `<${name}...>`,
};

function buildArgument(name: string, { description, kind, choices }: Argument<unknown>) {
  const argument = new commander.Argument(SHOWN[kind](name), description);
  return choices ? argument.choices(choices) : argument;
}

function buildOption(name: string, option: Option<unknown>): commander.Option {
  const { description, short, placeholder, choices, initial, read } = option;
  const long = [longFlag(name, option), placeholder].filter(Boolean).join(" ");
  const built = new commander.Option(short ? `-${short}, ${long}` : long, description);
  if (choices) built.choices(choices);
  else if (read) built.argParser((text, before) => read(text, before));
  return placeholder && initial !== undefined ? built.default(initial) : built;
}

/** For a command whose own words stand where others have arguments. */
function refuseUnknownWord(built: commander.Command, { name, alsoCalled }: Command): void {
  const [word] = built.args;
  if (alsoCalled === undefined || word === undefined || word === alsoCalled) return;
  const commands = built.commands.map((one) => one.name()).join(", ");
  built.error(`error: ${name} has no command '${word}'; its commands are ${commands}`);
}

function nameOfRoot(command: commander.Command): string {
  return command.parent ? nameOfRoot(command.parent) : command.name();
}
