import { firstAnswer } from "../../mcp/first_answer.ts";
import { readAhead, standardInput, writeStandardOutput } from "./standard_streams.ts";

/** Where a conversation stands before the SDK takes over. */
export interface Begun {
  /** What was read: the first line and maybe more, less where the input ended before. */
  read: Uint8Array;
  /** The id of the request that was answered. */
  answered?: string | number;
  /** When that was read, as `performance.now()` tells it. */
  at: number;
  /** What comes next. */
  input: AsyncIterable<Uint8Array>;
}

const NEWLINE = 10;
/** Bytes of a first line that is answered here. */
const LONGEST = 64 * 1024;

/** Reads the first line, and answers it where that needs nothing that is yet to be loaded. */
export async function begin(): Promise<Begun> {
  const read = await readLine();
  const begun = { read, at: performance.now(), input: readAhead() };
  const end = read.indexOf(NEWLINE);
  const answer = end < 0 ? undefined : firstAnswer(new TextDecoder().decode(read.subarray(0, end)));
  if (!answer) return begun;
  try {
    await writeStandardOutput(new TextEncoder().encode(answer.line));
    return { ...begun, answered: answer.id };
  } catch {
    // Nobody reads: what writes next finds that as well.
    return begun;
  }
}

/** Reads until there is a line, the end of the input, or so much that it is no ordinary first line. */
async function readLine(): Promise<Uint8Array> {
  let read = new Uint8Array();
  for await (const piece of standardInput()) {
    read = new Uint8Array([...read, ...piece]);
    if (piece.includes(NEWLINE) || read.length > LONGEST) break;
  }
  return read;
}
