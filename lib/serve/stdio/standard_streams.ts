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

/** @throws {Deno.errors.BrokenPipe} when nobody reads any more */
export function writeStandardOutput(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
