/** Resolves after a number of milliseconds; with 0, once everything that is due has been done. */
export function pause(milliseconds = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
