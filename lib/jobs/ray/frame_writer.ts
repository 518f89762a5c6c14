import { dirname, join } from "node:path";
import { ensureFolder, removeIfThere, writePrivate } from "../../base/private_files.ts";
import type { JobFiles } from "../files/job_files.ts";
import { logSize } from "../files/output_log.ts";
import type { Frame } from "./read_frames.ts";

/** The most that comes back of files, and of each small one, in bytes. */
const ARTIFACT_BYTES = 100 * 2 ** 20;
const SMALL_BYTES = 64 << 10;
const LONGEST_NAME = 1000;

/**
 * Turns what a job on a cluster sends into the files that a local job has. What is there already is
 * passed over, so that the same frames may come again from the start.
 */
export class FrameWriter {
  readonly #files: JobFiles;
  readonly #maxOutputBytes: number;
  readonly #open = new Map<string, { file: Deno.FsFile; size: number }>();
  #artifactBytes = 0;

  /** @param maxOutputBytes Of a stream; 0 for no limit. */
  constructor(files: JobFiles, maxOutputBytes: number) {
    this.#files = files;
    this.#maxOutputBytes = maxOutputBytes || Infinity;
  }

  /**
   * Appends what is new of a piece of a file; one that does not belong to the job goes nowhere. Returns
   * whether the file is whole up to there.
   */
  write({ file, at, data }: Extract<Frame, { kind: "data" }>): boolean {
    if (!this.reaches(file, at)) return false;
    const place = this.#placeOf(file);
    if (place === undefined) return true;
    const known = this.#opened(place.path);
    const bytes = Uint8Array.fromBase64(data);
    const from = known.size - at;
    if (from < 0 || from >= bytes.length) return true;
    const fresh = bytes.subarray(from, from + place.most - known.size);
    for (let written = 0; written < fresh.length;) {
      written += known.file.writeSync(fresh.subarray(written));
    }
    known.size += fresh.length;
    if (place.isArtifact) this.#artifactBytes += fresh.length;
    return true;
  }

  /** Whether a file has so many bytes already, or all that it may have. */
  reaches(file: string, bytes: number): boolean {
    if (bytes === 0) return true;
    const place = this.#placeOf(file);
    return place === undefined ||
      this.#opened(place.path, place.isArtifact).size >= Math.min(bytes, place.most);
  }

  showProgress(text: string | null): void {
    const path = this.#files.progressFile;
    if (text === null) removeIfThere(path);
    else if (text.length <= SMALL_BYTES) writePrivate(path, text);
  }

  close(): void {
    for (const { file } of this.#open.values()) file.close();
    this.#open.clear();
  }

  #placeOf(name: string): { path: string; most: number; isArtifact?: boolean } | undefined {
    switch (name) {
      case "stdout":
        return { path: this.#files.stdout, most: this.#maxOutputBytes };
      case "stderr":
        return { path: this.#files.stderr, most: this.#maxOutputBytes };
      case "prepare":
        return { path: this.#files.prepareLog, most: ARTIFACT_BYTES };
      case "exception":
        return { path: this.#files.exception, most: SMALL_BYTES };
    }
    const artifact = name.startsWith("artifacts/") ? name.slice("artifacts/".length) : "";
    if (!isPlainPath(artifact)) return undefined;
    const path = join(this.#files.artifacts, artifact);
    const most = ARTIFACT_BYTES - this.#artifactBytes + this.#opened(path, true).size;
    return { path, most, isArtifact: true };
  }

  #opened(path: string, makesFolder = false): { file: Deno.FsFile; size: number } {
    let known = this.#open.get(path);
    if (!known) {
      // Artifacts come one after the other, and there may be many.
      if (makesFolder) {
        this.#closeOthers();
        ensureFolder(dirname(path));
      }
      const file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
      known = { file, size: logSize(path) };
      this.#open.set(path, known);
    }
    return known;
  }

  #closeOthers(): void {
    for (const [path, { file }] of this.#open) {
      if (!path.startsWith(this.#files.artifacts)) continue;
      file.close();
      this.#open.delete(path);
    }
  }
}

/** Whether a relative path stays in its folder. */
function isPlainPath(path: string): boolean {
  return path !== "" && path.length <= LONGEST_NAME && !path.includes("\0") &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
