/** Blocks this thread for so many milliseconds, where a short wait must not let anything else go on. */
export function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
