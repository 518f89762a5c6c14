import { readableText } from "../../../jobs/files/readable_text.ts";

/** What turns the direction of text around (Unicode's embeddings, overrides and isolates). */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;

/** Text of others without anything that moves the cursor, colours, or turns text around; lines stay. */
export function plainLines(text: string): string {
  return readableText(text).replaceAll(DIRECTIONS, "");
}

/** Text of others on one line. */
export function oneLine(text: string): string {
  return plainLines(text).replaceAll(/\s+/g, " ").trim();
}

/** Controls that JSON may hold as they are, but a terminal would obey. */
const UNESCAPED = /[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** JSON that is the same, and safe on a terminal. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    UNESCAPED,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What a terminal may do for output: lines, tabs, backspaces, colours and erasing the line. */
const HARMLESS =
  // deno-lint-ignore no-control-regex
  /^(?:[\n\r\t\b]|\x1b\[[0-9;:]*m|\x1b\[[0-2]?K)$/;
/** Sequences of control characters (ECMA-48), and single ones. */
const SEQUENCES =
  // deno-lint-ignore no-control-regex
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-Z\\^-~]|[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
/** A sequence whose end is still to come. */
const BEGUN =
  // deno-lint-ignore no-control-regex
  /(?:\x1b|(?:\x1b\[|\x9b)[0-?]*[ -/]*|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*\x1b?)$/;
const LONGEST_SEQUENCE = 8192;

/** A stream of printed bytes of which a terminal obeys only what is harmless; text and colours stay. */
export class TerminalText {
  readonly #decoder = new TextDecoder();
  #begun = "";

  /** @param last Nothing comes after it. */
  take(bytes: Uint8Array, last = false): Uint8Array {
    const text = this.#begun + this.#decoder.decode(bytes, { stream: !last });
    const begun = last ? "" : BEGUN.exec(text)?.[0] ?? "";
    this.#begun = begun.length > LONGEST_SEQUENCE ? "" : begun;
    const whole = text.slice(0, text.length - begun.length);
    return new TextEncoder().encode(
      whole.replaceAll(SEQUENCES, (one) => HARMLESS.test(one) ? one : ""),
    );
  }
}
