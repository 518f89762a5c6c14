import { say } from "./terminal/terminal.ts";

export const IN_NPX = `${Deno.execPath()} is in the cache of npx, which npm may empty.`;

/** Says that what a command writes may stop to work, and what to do. */
export function warnOfNpx(command: string): void {
  say(
    `python-mcp: warning: the Deno that is written, ${IN_NPX} Run ${command} again with --keep-deno, ` +
      "which copies it to ~/.deno/bin, or with a Deno from `npm install --global deno`.\n",
  );
}
