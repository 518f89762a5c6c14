import { Buffer } from "node:buffer";
import { join } from "node:path";
import { readForeignBytes } from "../../base/read_foreign_file.ts";
import type { CellOutput, KeptPicture } from "./transcript_entry.ts";

/** Larger pictures stay out of notebooks; bytes. */
const LARGEST_PICTURE = 32 << 20;
/** Where a transcript keeps pictures; what else a cell may have written there is none. */
const PICTURE = /^pictures\/[\w.-]+$/;

type Json = Record<string, unknown>;

/**
 * Outputs as notebooks hold them, with their pictures inside. What a cell showed is its own: all that
 * would make a notebook invalid is put right, or left out.
 *
 * @param folder The session's.
 */
export function notebookOutputs(
  outputs: readonly CellOutput[],
  folder: string,
  number: number,
): Json[] {
  return outputs.map((output) => notebookOutput(output, folder, number))
    .filter((output) => output !== undefined);
}

function notebookOutput(output: CellOutput, folder: string, number: number): Json | undefined {
  switch (output.output_type) {
    case "stream":
      return {
        output_type: "stream",
        name: output.name === "stderr" ? "stderr" : "stdout",
        text: String(output.text),
      };
    case "display_data":
    case "execute_result": {
      const { output_type, data, metadata } = output;
      return {
        output_type,
        data: mimeBundle(data, folder),
        metadata: isObject(metadata) ? metadata : {},
        ...(output_type === "execute_result" ? { execution_count: number } : {}),
      };
    }
    case "error": {
      const { ename, evalue, traceback } = output;
      return {
        output_type: "error",
        ename: String(ename),
        evalue: String(evalue),
        traceback: [traceback ?? []].flat().map(String),
      };
    }
    default:
      return undefined;
  }
}

function mimeBundle(data: unknown, folder: string): Json {
  const all = Object.entries(isObject(data) ? data : {}).map(([type, value]) =>
    [type, isKept(value) ? pictureAt(value, folder) : value] as const
  );
  const there = all.filter(([, value]) => value !== undefined).map(([type, value]) => [
    type,
    isJsonType(type) || isText(value) ? value : JSON.stringify(value),
  ]);
  return there.length > 0
    ? Object.fromEntries(there)
    : { "text/plain": "(the picture is no longer there)" };
}

/** `undefined` when it is gone, or no file of the session. */
function pictureAt({ path }: KeptPicture, folder: string): string | undefined {
  if (!PICTURE.test(path)) return undefined;
  const bytes = readForeignBytes(join(folder, path), LARGEST_PICTURE + 1);
  if (!bytes || bytes.length > LARGEST_PICTURE) return undefined;
  return Buffer.from(bytes).toString("base64");
}

function isKept(value: unknown): value is KeptPicture {
  return isObject(value) && typeof value.path === "string";
}

function isJsonType(type: string): boolean {
  return /^application\/(?:.*\+)?json$/.test(type);
}

function isText(value: unknown): boolean {
  return typeof value === "string" ||
    Array.isArray(value) && value.every((line) => typeof line === "string");
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
