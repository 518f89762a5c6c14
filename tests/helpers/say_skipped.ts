/** Says why tests do not run on this machine. */
export function saySkipped(why: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`skipped: ${why}\n`));
}
