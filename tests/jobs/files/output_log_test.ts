import assert from "node:assert/strict";
import fc from "fast-check";
import { readableText } from "../../../lib/jobs/files/readable_text.ts";
import {
  firstCharacters,
  lastCharacters,
  type LogEnds,
  readEnds,
  readLog,
  readTail,
} from "../../../lib/jobs/files/output_log.ts";

const same = (text: string) => text;

async function withLog(content: Uint8Array | string, act: (path: string) => void): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    Deno.writeFileSync(
      path,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    act(path);
  } finally {
    await Deno.remove(path);
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Text of characters of every length, and bytes that are no text at all. */
const anyBytes = fc.array(
  fc.oneof(
    fc.constantFrom("a", "é", "€", "𝄞", "\n").map((c) => [...new TextEncoder().encode(c)]),
    fc.array(fc.integer({ min: 0x80, max: 0xff }), { maxLength: 4 }),
  ),
  { maxLength: 40 },
).map((parts) => new Uint8Array(parts.flat()));

Deno.test("pieces of a log join to the whole when they are read in any sizes", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyBytes,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (bytes, sizes) =>
        withLog(bytes, (path) => {
          let text = "", cursor = 0;
          for (let n = 0;; n++) {
            const piece = readLog(path, cursor, sizes[n % sizes.length]!, true);
            text += piece.text;
            assert(piece.cursor > cursor || !piece.more, "reading must go on");
            cursor = piece.cursor;
            if (!piece.more) break;
          }
          assert.equal(text, decode(bytes));
          assert.equal(cursor, bytes.length);
        }),
    ),
    { numRuns: 300 },
  );
});

Deno.test("pieces of a log join to the whole when it is read while it is written", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyBytes,
      fc.integer({ min: 1, max: 7 }),
      (bytes, step) =>
        withLog("", (path) => {
          let text = "", cursor = 0;
          const read = (ended: boolean) => {
            const piece = readLog(path, cursor, 1000, ended);
            text += piece.text;
            cursor = piece.cursor;
          };
          for (let at = 0; at < bytes.length; at += step) {
            Deno.writeFileSync(path, bytes.subarray(at, at + step), { append: true });
            read(false);
          }
          read(true);
          assert.equal(text, decode(bytes));
        }),
    ),
    { numRuns: 300 },
  );
});

Deno.test("a log holds an incomplete last character back when its job still runs", async () => {
  await withLog(new Uint8Array([97, 0xe2, 0x82]), (path) => {
    assert.deepEqual(readLog(path, 0, 100, false), { text: "a", cursor: 1, more: false });
    assert.deepEqual(readLog(path, 0, 100, true), { text: "a\ufffd", cursor: 3, more: false });
  });
});

Deno.test("a log answers empty with its end when the cursor is past it", async () => {
  await withLog("abc", (path) => {
    assert.deepEqual(readLog(path, 99, 10, false), { text: "", cursor: 3, more: false });
  });
});

Deno.test("a log that is not there reads as empty when it is asked for", () => {
  assert.deepEqual(readLog("/nowhere/log", 0, 10, false), { text: "", cursor: 0, more: false });
  assert.equal(readEnds("/nowhere/log", 10, same), "");
});

Deno.test("a log says that there is more when a piece leaves some", async () => {
  await withLog("abcdef", (path) => {
    assert.deepEqual(readLog(path, 1, 4, false), { text: "bcde", cursor: 5, more: true });
  });
});

Deno.test("a log reads like any other at its end when it has a gigabyte", async () => {
  await withLog("", (path) => {
    Deno.truncateSync(path, 2 ** 30);
    Deno.writeTextFileSync(path, "a€b", { append: true });
    assert.deepEqual(readLog(path, 2 ** 30, 100, true), {
      text: "a€b",
      cursor: 2 ** 30 + 5,
      more: false,
    });
    assert.deepEqual(readLog(path, 2 ** 30, 4, false), {
      text: "a€",
      cursor: 2 ** 30 + 4,
      more: true,
    });
    assert.equal(readTail(path, 2), "€b");
  });
});

Deno.test("the ends of a log count exactly what is left out when it is small", async () => {
  await withLog("a".repeat(30) + "é".repeat(30), (path) => {
    assert.deepEqual(readEnds(path, 20, same), {
      head: "a".repeat(10),
      tail: "é".repeat(10),
      omitted: 40,
    });
  });
});

Deno.test("the ends of a log split no surrogate pair when one lies at the cut", async () => {
  await withLog("abc" + "𝄞".repeat(30), (path) => {
    const { head, tail, omitted } = readEnds(path, 20, same) as LogEnds;
    assert.equal(head, "abc" + "𝄞".repeat(3));
    assert.equal(tail, "𝄞".repeat(5));
    assert.equal(omitted, 63 - head.length - tail.length);
  });
});

Deno.test("the ends of a log count ASCII exactly when it is too large to be read", async () => {
  await withLog("begin" + "x".repeat(3 << 20) + "end", (path) => {
    const { head, tail, omitted } = readEnds(path, 100, same) as LogEnds;
    assert(head.startsWith("begin") && tail.endsWith("end"));
    assert.equal(omitted, (3 << 20) + 8 - 100);
  });
});

Deno.test("the ends of a log are clean when a large one is cut inside characters", async () => {
  await withLog("€".repeat(1 << 20), (path) => {
    const { head, tail } = readEnds(path, 1001, readableText) as LogEnds;
    assert.match(head + tail, /^€+$/);
  });
});

Deno.test("a log is whole when cleaning brings it below the limit", async () => {
  await withLog("\x1b[31m".repeat(100) + "red", (path) => {
    assert.equal(readEnds(path, 10, readableText), "red");
  });
});

Deno.test("the tail of a log begins with a whole character when it is cut", async () => {
  await withLog("€".repeat(100) + "𝄞", (path) => assert.equal(readTail(path, 4), "€€𝄞"));
});

Deno.test("cutting keeps surrogate pairs when the limit falls inside one", () => {
  assert.equal(firstCharacters("a𝄞b", 2), "a");
  assert.equal(lastCharacters("a𝄞b", 2), "b");
});
