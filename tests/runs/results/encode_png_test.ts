import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import fc from "fast-check";
import { PNG } from "pngjs";
import { encodePng } from "../../../lib/runs/results/encode_png.ts";
import { memoryChart } from "../../../lib/runs/results/memory_chart.ts";

const byte = fc.integer({ min: 0, max: 255 });
const palette = fc.array(fc.tuple(byte, byte, byte), { minLength: 1, maxLength: 256 });
const picture = fc.record({
  palette,
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
  seed: fc.integer(),
});

Deno.test("another decoder reads from a PNG the colours that went into it", () => {
  fc.assert(fc.property(picture, ({ palette, width, height, seed }) => {
    const pixels = Uint8Array.from(
      { length: width * height },
      (_, at) => Math.abs(seed + at * 7919) % palette.length,
    );
    const read = PNG.sync.read(Buffer.from(encodePng(pixels, width, palette)));
    assert.deepEqual([read.width, read.height], [width, height]);
    const colours = [...pixels].flatMap((index) => [...palette[index]!, 255]);
    assert.deepEqual([...read.data], colours);
  }));
});

Deno.test("the chart of a run's memory is a PNG of 480 by 200 with all its colours", () => {
  const read = PNG.sync.read(Buffer.from(memoryChart([[0, 10], [0.5, 60.5], [1, 20]])));
  assert.deepEqual([read.width, read.height], [480, 200]);
  const seen = new Set<string>();
  for (let at = 0; at < read.data.length; at += 4) seen.add(read.data.toString("hex", at, at + 3));
  assert.deepEqual([...seen].sort(), ["1f77b4", "464646", "c6dbef", "e1e1e1", "ffffff"]);
});
