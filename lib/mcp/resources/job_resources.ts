import { Buffer } from "node:buffer";
import { lookAt } from "../../base/private_files.ts";
import { viewOf } from "../../jobs/model/job_view.ts";
import { isLog, readPiece, shownStream } from "../../runs/jobs/job_output.ts";
import { findArtifact, readOwnFile } from "../../runs/results/artifacts.ts";
import { mimeTypeOf } from "../../runs/results/mime_type.ts";
import { decoded, type ResourceFamily } from "./define_resource.ts";

/** The most bytes of a log that one read returns; 512 KiB. */
const LONGEST_READ = 1 << 19;
/** The most bytes that a piece of a log takes in a message: some clients drop one of 1 MiB. */
const LONGEST_CONTENT = 900_000;
/** The largest artifact that a read returns; 16 MiB. */
const LARGEST_ARTIFACT = 16 << 20;

/** The resources of the contract. A URI's host is the job's id. */
export const JOB_RESOURCES: readonly ResourceFamily[] = [
  {
    name: "job",
    title: "A job",
    uriTemplate: "job://{job_id}",
    description: "A job as JSON, as py_job_status shows it.",
    mimeType: "application/json",
    async read(uri, app) {
      const row = await app.jobs.get(idOf(uri));
      return row && {
        uri: uri.href,
        mimeType: "application/json",
        text: JSON.stringify(viewOf(row)),
      };
    },
  },
  {
    name: "job-stream",
    title: "A job's output",
    uriTemplate: "job-stream://{job_id}",
    description: "Standard output and standard error of a job, shortened like a result.",
    mimeType: "text/plain",
    async read(uri, app) {
      const row = await app.jobs.get(idOf(uri));
      if (!row) return undefined;
      const files = app.jobs.files(row.id);
      const stdout = shownStream(row, files, "stdout");
      const stderr = shownStream(row, files, "stderr");
      const text = `---STDOUT---\n${stdout}\n---STDERR---\n${stderr}`;
      return { uri: uri.href, mimeType: "text/plain", text };
    },
  },
  {
    name: "job-output",
    title: "A piece of a job's output",
    uriTemplate: "job-output://{job_id}/{stream}{?cursor,limit}",
    description:
      "What a job printed on stdout or stderr, or its preparation (`prepare`), from byte `cursor` " +
      "on, at most `limit` bytes (512 KiB); the next cursor is in _meta.",
    mimeType: "text/plain",
    async read(uri, app) {
      const stream = uri.pathname.slice(1);
      if (!isLog(stream)) return undefined;
      const cursor = wholeNumber(uri.searchParams.get("cursor")) ?? 0;
      const limit = wholeNumber(uri.searchParams.get("limit")) ?? LONGEST_READ;
      let most = Math.min(limit, LONGEST_READ);
      let piece = await readPiece(app, idOf(uri), stream, cursor, most);
      // What is no text takes several bytes for each of its own.
      while (piece && encodedSize(piece.text) > LONGEST_CONTENT) {
        most = Math.floor(most / 2);
        piece = await readPiece(app, idOf(uri), stream, cursor, most);
      }
      return piece && {
        uri: uri.href,
        mimeType: "text/plain",
        text: piece.text,
        _meta: { cursor: piece.cursor, more: piece.more },
      };
    },
  },
  {
    name: "job-artifact",
    title: "A file that a job made",
    uriTemplate: "job-artifact://{job_id}/{+name}",
    description: "A file that a script wrote to PYTHON_MCP_ARTIFACTS.",
    async read(uri, app) {
      const files = await app.jobs.get(idOf(uri)) && app.jobs.files(idOf(uri));
      if (!files) return undefined;
      const name = decoded(uri.pathname);
      const path = await findArtifact(files.artifacts, name);
      if (path === undefined) return undefined;
      const mimeType = await mimeTypeOf(path);
      const size = lookAt(path)?.size;
      if (size === undefined) return undefined;
      if (size > LARGEST_ARTIFACT) {
        return {
          uri: uri.href,
          mimeType: "text/plain",
          text: `${size} bytes; the file is at ${path}`,
        };
      }
      const bytes = readOwnFile(files.artifacts, name, LARGEST_ARTIFACT);
      if (bytes === undefined) return undefined;
      return mimeType.startsWith("text/") || mimeType === "application/json"
        ? { uri: uri.href, mimeType, text: new TextDecoder().decode(bytes) }
        : { uri: uri.href, mimeType, blob: Buffer.from(bytes).toString("base64") };
    },
  },
];

function encodedSize(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length;
}

/** Ids of older servers may hold any characters. */
function idOf(uri: URL): string {
  return decoded(uri.host);
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
