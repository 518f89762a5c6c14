/**
 * Runs all tests, those in comments included, as `deno test` would with the same arguments, and ends
 * with a line that says how many passed and failed.
 */
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WHERE = ["tests", "main.ts", "lib"];

const named = Deno.args.some((arg) => !arg.startsWith("-"));
const { output, code } = await deno([
  "test",
  "-A",
  "--trace-leaks",
  "--doc",
  ...Deno.args,
  ...(named ? [] : WHERE),
]);
const { passed, failed } = countsIn(output);
print(`${passed} passed, ${failed} failed\n`);
Deno.exit(code !== 0 || failed === 0 ? code : 1);

/** Runs deno, showing what it prints as it comes. */
async function deno(args: string[]): Promise<{ output: string; code: number }> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    env: Deno.stdout.isTerminal() && !Deno.noColor ? { FORCE_COLOR: "1" } : {},
  }).spawn();
  let output = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    print(piece);
    // The counts are at the end.
    output = (output + piece).slice(-10_000);
  }
  return { output, code: (await child.status).code };
}

/** The counts of deno's own last line: `ok | 3 passed (1 step) | 0 failed (12ms)`. */
function countsIn(output: string): { passed: number; failed: number } {
  // deno-lint-ignore no-control-regex
  const plain = output.replaceAll(/\x1b\[[\d;]*m/g, "");
  const last = [...plain.matchAll(/^\w+ \| (\d+) passed.*? \| (\d+) failed/gm)].at(-1);
  // Nothing ran, such as when a test file does not compile: that is no success.
  return last ? { passed: Number(last[1]), failed: Number(last[2]) } : { passed: 0, failed: 1 };
}

function print(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
