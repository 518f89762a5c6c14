/** How many processes share a processor now, at least 1: by so much more time may something take. */
export function crowd(): number {
  return Math.max(1, Deno.loadavg()[0]! / navigator.hardwareConcurrency);
}
