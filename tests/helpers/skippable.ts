/**
 * Registers a test that cannot run everywhere. Where it cannot, it is reported as ignored, under a name
 * that says why, and counted in the closing line of `deno task test`.
 *
 * @param why Why it cannot run here; `false` where it can.
 */
export function skippableTest(
  name: string,
  why: string | false,
  run: () => Promise<void> | void,
): void {
  if (why) Deno.test({ name: `${name} (skipped: ${why})`, ignore: true, fn: run });
  else Deno.test(name, run);
}
