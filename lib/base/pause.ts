/** Fulfilled after so many milliseconds; with 0 once what is due by then was done. */
export function pause(milliseconds = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
