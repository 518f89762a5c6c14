const marks: [encoding: string, mark: number[]][] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/**
 * Decodes a requirements file as pip does: by its byte order mark, such as that of what PowerShell
 * writes, else by an encoding declared in its first two lines, else as UTF-8.
 */
export function decodeRequirements(bytes: Uint8Array): string {
  for (const [encoding, mark] of marks) {
    if (mark.every((byte, index) => bytes[index] === byte)) {
      return new TextDecoder(encoding).decode(bytes.subarray(mark.length));
    }
  }
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 500)).split("\n").slice(0, 2);
  const declared = head.map((line) => /^#.*?coding[:=]\s*([-\w.]+)/.exec(line)?.[1])
    .find((name) => name !== undefined);
  try {
    return new TextDecoder(declared?.replace(/^latin[-_]1$/i, "latin1")).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes); // uv says better what is wrong with the file
  }
}
