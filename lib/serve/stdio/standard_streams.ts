/** Standard input and output without node's streams, which take 10 ms to load. */

const PIECE_BYTES = 64 * 1024;

/** What comes in, piece by piece, until the input ends. */
export async function* standardInput(): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(PIECE_BYTES);
  while (true) {
    const count = await Deno.stdin.read(piece);
    if (count === null) return;
    yield piece.slice(0, count);
  }
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
