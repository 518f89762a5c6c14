import { print } from "./terminal.ts";

const NEWLINE = 10;

/** Whether there is somebody to ask. */
export function canAsk(): boolean {
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

/**
 * The line that a person types; `undefined` at the end of the input. As the terminal sends it: Deno's own
 * `prompt` would drop what was typed before it asked.
 */
export function ask(question: string): string | undefined {
  print(`${question} `);
  const line: number[] = [];
  const byte = new Uint8Array(1);
  while (Deno.stdin.readSync(byte) === 1) {
    if (byte[0] === NEWLINE) return new TextDecoder().decode(new Uint8Array(line));
    line.push(byte[0]!);
  }
  return undefined;
}
