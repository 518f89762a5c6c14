/** Tells on the terminal what the demo does, in terms of MCP calls. */

const colors = Deno.stdout.isTerminal() && !Deno.noColor;
const paint = (code: string) => (text: string) => colors ? `\x1b[${code}m${text}\x1b[0m` : text;
const bold = paint("1");
const dim = paint("2");
const red = paint("31");
const green = paint("32");
const cyan = paint("36");

const INDENT = "     ";
const LONGEST_VALUE = 56;

/** What was promised and did not happen. */
export class BrokenPromise extends Error {}

export function write(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

export function line(text = ""): void {
  write(`${text}\n`);
}

export function title(number: number, text: string): void {
  line(`\n  ${bold(`${number}  ${text}`)}`);
}

/** `→ py_job_status  job_id 9c0a…` */
export function call(name: string, input: Record<string, unknown>): void {
  line(`${INDENT}${cyan("→")} ${bold(name)}  ${dim(fields(input))}`);
}

/** `← stdout "2"  exit_code 0` */
export function answer(json: Record<string, unknown>): void {
  line(`${INDENT}${cyan("←")} ${fields(json)}`);
}

/** A longer text, such as what a script printed. */
export function quote(text: string): void {
  for (const one of text.trimEnd().split("\n")) line(`${INDENT}  ${dim("│")} ${one}`);
}

/** Says that something is as promised; ends the demo if it is not. */
export function promise(kept: boolean, text: string): void {
  if (!kept) throw new BrokenPromise(text);
  line(`${INDENT}${green("✓")} ${text}`);
}

export function closing(kept: boolean, text: string): void {
  line(`\n  ${kept ? green("✓") : red("✗")} ${bold(text)}\n`);
}

function fields(json: Record<string, unknown>): string {
  return Object.entries(json).map(([name, value]) => `${name} ${shortened(value)}`).join("  ");
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

/** `0.21 s`, `8.7 s` */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 1000 ? 2 : 1)} s`;
}
