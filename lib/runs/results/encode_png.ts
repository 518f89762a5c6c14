import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";

/**
 * Encodes a picture as a PNG: specification (ISO/IEC 15948), sections 5 and 11. Own code, since npm's
 * encoders bring their own deflate or a decoder along, each many times as long as this.
 *
 * @param pixels Indexes of the palette, row after row.
 * @param palette Red, green and blue, each 0 to 255.
 */
export function encodePng(pixels: Uint8Array, width: number, palette: number[][]): Uint8Array {
  const height = pixels.length / width;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("PLTE", new Uint8Array(palette.flat())),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
