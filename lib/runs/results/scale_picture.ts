import type { ScaleAnswer, ScaleRequest } from "./scale_worker.ts";

/** How long a picture may take; milliseconds. */
const TIME_MS = 20_000;

/**
 * A smaller copy of a picture, as a PNG or, of a photograph, a JPEG; `undefined` when it cannot be made.
 *
 * It is made in a worker: a picture is a script's, and takes time and memory as it likes.
 *
 * @param mostBytes The most that the copy may have.
 */
export function scalePicture(
  bytes: Uint8Array,
  mostBytes: number,
): Promise<ScaleAnswer | undefined> {
  const { promise, resolve } = Promise.withResolvers<ScaleAnswer | undefined>();
  const worker = new Worker(import.meta.resolve("./scale_worker.ts"), { type: "module" });
  const timer = setTimeout(() => resolve(undefined), TIME_MS);
  worker.onmessage = ({ data }: MessageEvent<ScaleAnswer | null>) => resolve(data ?? undefined);
  worker.onerror = (event) => {
    event.preventDefault(); // Otherwise it would end this process.
    resolve(undefined);
  };
  worker.postMessage({ bytes, mostBytes } satisfies ScaleRequest);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.terminate();
  });
}
