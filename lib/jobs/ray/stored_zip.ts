import type { Buffer } from "node:buffer";

/** A file of a zip archive. */
export interface ZipEntry {
  /** Relative, with `/` between folders. */
  name: string;
  content: Uint8Array;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const VERSION = 20;
/** Names are UTF-8. */
const UTF8 = 0x0800;
/** The oldest date that the format has: what is sent does not depend on when. */
const DATE = 0x0021;
/** Made on Unix: the mode counts. */
const ON_UNIX = (3 << 8) | VERSION;
const MODE = (0o100755 << 16) >>> 0;

/** A zip archive whose files are stored as they are: quick to make, and the same for the same files. */
export function storedZip(entries: readonly ZipEntry[]): Uint8Array<ArrayBuffer> {
  const { crc32 } = globalThis.process.getBuiltinModule("node:zlib");
  const files = entries.map(({ name, content }) => ({
    name: new TextEncoder().encode(name),
    content,
    crc: crc32(content as Buffer),
  }));
  const namesBytes = files.reduce((sum, { name }) => sum + name.length, 0);
  const contentBytes = files.reduce((sum, { content }) => sum + content.length, 0);
  const directoryBytes = files.length * CENTRAL_BYTES + namesBytes;
  const directoryAt = files.length * LOCAL_BYTES + namesBytes + contentBytes;
  const archive = new Uint8Array(directoryAt + directoryBytes + END_BYTES);
  const view = new DataView(archive.buffer);
  let at = 0;
  let central = directoryAt;
  for (const { name, content, crc } of files) {
    const put = (offset: number) => {
      view.setUint16(offset, VERSION, true);
      view.setUint16(offset + 2, UTF8, true);
      view.setUint16(offset + 8, DATE, true);
      view.setUint32(offset + 10, crc, true);
      view.setUint32(offset + 14, content.length, true);
      view.setUint32(offset + 18, content.length, true);
      view.setUint16(offset + 22, name.length, true);
    };
    view.setUint32(central, CENTRAL, true);
    view.setUint16(central + 4, ON_UNIX, true);
    put(central + 6);
    view.setUint32(central + 38, MODE, true);
    view.setUint32(central + 42, at, true);
    archive.set(name, central + CENTRAL_BYTES);
    central += CENTRAL_BYTES + name.length;
    view.setUint32(at, LOCAL, true);
    put(at + 4);
    archive.set(name, at + LOCAL_BYTES);
    archive.set(content, at + LOCAL_BYTES + name.length);
    at += LOCAL_BYTES + name.length + content.length;
  }
  view.setUint32(central, END, true);
  view.setUint16(central + 8, files.length, true);
  view.setUint16(central + 10, files.length, true);
  view.setUint32(central + 12, directoryBytes, true);
  view.setUint32(central + 16, directoryAt, true);
  return archive;
}
