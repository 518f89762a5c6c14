import { pause } from "../../base/pause.ts";
const PATIENCE_MS = 3000;
const PAUSE_MS = 50;

/** Looks once and waits until nothing is behind, both not for long; returns whether the look has ended. */
export async function catchUp(
  look: () => Promise<void>,
  isBehind: () => boolean,
): Promise<boolean> {
  const until = performance.now() + PATIENCE_MS;
  let timer: ReturnType<typeof setTimeout>;
  const timeIsUp = new Promise<false>((resolve) =>
    timer = setTimeout(() => resolve(false), PATIENCE_MS)
  );
  const hasLooked = await Promise.race([look().then(() => true), timeIsUp]);
  clearTimeout(timer!);
  while (hasLooked && isBehind() && performance.now() < until) {
    await pause(PAUSE_MS);
  }
  return hasLooked;
}
