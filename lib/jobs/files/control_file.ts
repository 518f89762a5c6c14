import { dirname } from "node:path";
import { exists } from "../../base/private_files.ts";
import { despiteModes, readDespiteModes } from "./despite_modes.ts";

/** The most that is read of what the program's own processes write: arguments may be long. */
const CONTROL_BYTES = 64 << 20;

/** JSON of a file that our own processes write, and that a script may replace by anything. */
export function readControl<T>(path: string): T | undefined {
  return parseObject<T>(readControlText(path));
}

/** The text of such a file. */
export function readControlText(path: string): string | undefined {
  const bytes = readDespiteModes(path, CONTROL_BYTES);
  return bytes && new TextDecoder().decode(bytes);
}

/** Whether such a file, or folder, is there. */
export function hasControl(path: string): boolean {
  return despiteModes(dirname(path), () => exists(path));
}

/** `undefined` for what is not (yet) whole, or no object. */
export function parseObject<T>(text: string | undefined): T | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" && value !== null ? value as T : undefined;
  } catch {
    return undefined;
  }
}
