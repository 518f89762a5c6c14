/** Returns what `check` returns once it is neither false nor empty; fails when that takes too long. */
export async function waitFor<T>(
  check: () => T | Promise<T>,
  { timeoutMs, what }: { timeoutMs: number; what: string },
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeoutMs;
  while (true) {
    const result = await check();
    if (result) return result as Exclude<T, false | null | undefined>;
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}; the last value was ${result}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
