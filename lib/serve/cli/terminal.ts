/** Writing to the terminal, or to whatever stdout and stderr are. */

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
}

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
  print(`${JSON.stringify(value, null, 2)}\n`);
}

export function writeAll(stream: Stream, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

/** Colours for a stream: none unless it is a terminal and NO_COLOR is unset. */
export function paintFor(stream: Stream): Paint {
  const colours = stream.isTerminal() && !Deno.noColor;
  const code = (on: number, off: number) => (text: string) =>
    colours && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    red: code(31, 39),
    green: code(32, 39),
    yellow: code(33, 39),
    blue: code(34, 39),
  };
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
