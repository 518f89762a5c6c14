import type { Cli } from "./cli.ts";

/** An option of a command; `Value` is what its handler gets. Its name is its key: `dryRun`, `--dry-run`. */
export interface Option<Value> {
  description: string;
  /** One letter. */
  short?: string;
  /** What stands for its value in the help, such as `<number>`; a switch has none. */
  placeholder?: string;
  choices?: readonly string[];
  /** The value where it is not given. */
  initial: Value;
  /** `--no-…`: it turns off what is on otherwise. */
  turnsOff?: true;
  /** The value that a text stands for, after the one before. Throws `InvalidArgumentError`. */
  read?(text: string, before: Value): Value;
}

/** An argument of a command; `Value` is what its handler gets. Its name is its key. */
export interface Argument<Value> {
  description: string;
  kind: "required" | "any number" | "at least one";
  choices?: readonly string[];
  /** What may stand there; a shell completes it. */
  complete?(cli: Cli): string[];
  /** Never there: it says which type the value has. */
  value?: Value;
}

export type Options = Record<string, Option<unknown>>;
export type Arguments = Record<string, Argument<unknown>>;

/** What a handler gets for options or arguments that are described so. */
export type ValuesOf<Described extends Options | Arguments> = {
  [Key in keyof Described]: Described[Key] extends Option<infer Value> ? Value
    : Described[Key] extends Argument<infer Value> ? Value
    : never;
};

/** A switch: on when it is given. */
export function flag(description: string, short?: string): Option<boolean> {
  return { description, short, initial: false };
}

/** A switch `--no-…`: what its key names is on unless it is given. */
export function turnOff(description: string): Option<boolean> {
  return { description, initial: true, turnsOff: true };
}

interface ValueOptions {
  short?: string;
  placeholder: string;
}

/** An option with a text. */
export function text(description: string, options: ValueOptions): Option<string | undefined> {
  return { description, ...options, initial: undefined };
}

/** An option with a text that may be given again and again. */
export function texts(description: string, options: ValueOptions): Option<string[] | undefined> {
  return {
    description,
    ...options,
    initial: undefined,
    read: (text, before = []) => [...before, text],
  };
}

/** An option with one of several words. */
export function choice<Word extends string>(
  description: string,
  options: ValueOptions & { choices: readonly Word[] },
): Option<Word | undefined> {
  return { description, ...options, initial: undefined };
}

/** An option whose text stands for something else, such as a number. */
export function parsed<Value>(
  description: string,
  options: ValueOptions & { read(text: string, before: Value | undefined): Value },
): Option<Value | undefined> {
  return { description, ...options, initial: undefined };
}

/** The option with another value where it is not given; help shows it. */
export function withDefault<Value>(
  option: Option<Value | undefined>,
  initial: Value,
): Option<Value> {
  const { read } = option;
  return { ...option, initial, read: read && ((text, before) => read(text, before) ?? initial) };
}

type ArgumentOptions = Pick<Argument<unknown>, "choices" | "complete">;

export function required(description: string, options: ArgumentOptions = {}): Argument<string> {
  return { description, kind: "required", ...options };
}

export function anyNumber(description: string, options: ArgumentOptions = {}): Argument<string[]> {
  return { description, kind: "any number", ...options };
}

export function atLeastOne(description: string, options: ArgumentOptions = {}): Argument<string[]> {
  return { description, kind: "at least one", ...options };
}

/** How an option is given, such as `--dry-run`. */
export function longFlag(key: string, { turnsOff }: Option<unknown>): string {
  const name = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return turnsOff ? `--no-${name}` : `--${name}`;
}
