/** Writing to the terminal, or to whatever stdout and stderr are. */
import { styleText } from "node:util";
import { plainJson } from "./terminal_text.ts";

const STYLES = ["bold", "dim", "red", "green", "yellow", "blue"] as const;

export type Paint = Record<typeof STYLES[number], (text: string) => string>;

type Stream = typeof Deno.stdout | typeof Deno.stderr;

/** Writes text to stdout. */
export function print(text: string): void {
  writeAll(Deno.stdout, new TextEncoder().encode(text));
}

/** Writes text to stderr: whatever is not the command's result. */
export function say(text: string): void {
  writeAll(Deno.stderr, new TextEncoder().encode(text));
}

export function printJson(value: unknown): void {
  print(`${plainJson(value)}\n`);
}

export function writeAll(stream: Stream, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

/** Colours for a stream: none unless it is a terminal and NO_COLOR is unset. */
export function paintFor(stream: Stream): Paint {
  const colours = stream.isTerminal() && !Deno.noColor;
  const painters = STYLES.map((style) => [
    style,
    (text: string) => colours ? styleText(style, text, { validateStream: false }) : text,
  ]);
  return Object.fromEntries(painters);
}

/** How many columns the stream shows; `undefined` where it is no terminal. */
export function columnsOf(stream: Stream): number | undefined {
  if (!stream.isTerminal()) return undefined;
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}
