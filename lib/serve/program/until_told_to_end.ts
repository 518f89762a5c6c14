/** Fulfilled when the process is told to end: SIGTERM, SIGINT or SIGHUP. */
export function untilToldToEnd(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, resolve);
  }
  return promise;
}
