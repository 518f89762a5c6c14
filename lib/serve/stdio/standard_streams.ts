/** Standard input and output without node's streams, which take 10 ms to load. */

const PIECE_BYTES = 64 * 1024;
const MOST_AHEAD_BYTES = 1 << 20;

/** What comes in, piece by piece, until the input ends. */
export async function* standardInput(): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(PIECE_BYTES);
  while (true) {
    const count = await Deno.stdin.read(piece);
    if (count === null) return;
    yield piece.slice(0, count);
  }
}

const arrivals = new WeakMap<Uint8Array, number>();

/** The same, read ahead while the program is busy with something else; see `arrivedAt`. */
export function readAhead(): ReadableStream<Uint8Array> {
  const input = standardInput();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value } = await input.next();
      if (!value) return controller.close();
      arrivals.set(value, performance.now());
      controller.enqueue(value);
    },
  }, { highWaterMark: MOST_AHEAD_BYTES, size: ({ length }) => length });
}

/** When a piece was read, as `performance.now()` tells it; now for those that were not read ahead. */
export function arrivedAt(piece: Uint8Array): number {
  return arrivals.get(piece) ?? performance.now();
}

/** Fulfilled when all that was to be written before is written, or cannot be. */
let written: Promise<void> = Promise.resolve();

/**
 * Writes all of the bytes, in the order of the calls. A client that does not read holds up what is
 * written, and nothing else of the program.
 *
 * @throws {Deno.errors.BrokenPipe} when nobody reads any more
 */
export function writeStandardOutput(bytes: Uint8Array): Promise<void> {
  const done = written.then(() => writeAll(bytes));
  written = done.catch(() => {});
  return done;
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}
