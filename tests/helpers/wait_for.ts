/** What is right comes at last, on a machine that others keep busy too. */
const PATIENCE_MS = 30_000;

/** Returns what `check` returns once it is neither false nor empty; fails when that takes too long. */
export async function waitFor<T>(
  check: () => T | Promise<T>,
  { what, timeoutMs = PATIENCE_MS }: { what: string; timeoutMs?: number },
): Promise<Exclude<T, false | null | undefined>> {
  const began = performance.now();
  while (true) {
    const result = await check();
    if (result) return result as Exclude<T, false | null | undefined>;
    const waited = performance.now() - began;
    if (waited > timeoutMs) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}; the last value was ${result}.`);
    }
    // Less and less often: a look may cost as much as the work that it waits for.
    await new Promise((resolve) => setTimeout(resolve, Math.min(10 + waited / 10, 100)));
  }
}
