import type { JobRow } from "../model/job.ts";
import type { ProcessSpec } from "./process_spec.ts";

/** The part of `spec.json` that a lost row is rebuilt from: what no other file can tell. */
export interface JobRecord
  extends Pick<JobRow, "id" | "seq" | "kind" | "tool" | "label" | "parent" | "listed" | "owner"> {
  created_at: number;
  /** Set when the run was answered within its call. */
  expires_at?: number;
  answered?: boolean;
  /** What it runs, as people tell it from others. */
  command?: string;
}

/** What a job's row begins with. */
type FirstFields = Omit<JobRecord, "created_at" | "expires_at" | "answered" | "command">;

export function recordOf(row: FirstFields & { createdAt: number }): JobRecord {
  const { id, seq, kind, tool, label, parent, listed, owner, createdAt } = row;
  return { id, seq, kind, tool, label, parent, listed, owner, created_at: createdAt };
}

/** `spec.json` of a job that was handed over, for servers that come later. It holds no secret values. */
export interface StoredSpec extends JobRecord {
  /** True when environment values or standard input were given: they are nowhere on disk. */
  has_secrets: boolean;
  /** What the result says besides the outcome; the room that started the run knows what it means. */
  details: Record<string, unknown>;
  process: ProcessSpec;
  /** Of a job on a cluster. */
  ray?: {
    /** The address of the cluster's dashboard. */
    url: string;
    /** The cluster's session when the job was submitted: another one after a restart. */
    session: string;
    /** The cluster has accepted the job. */
    is_submitted?: true;
  };
}

/** `started`: the job's supervisor has begun. */
export interface Started {
  /** Seconds since 1970. */
  at: number;
  pid: number;
  /** When that process was born, as the system tells it: no later process of this pid has the same. */
  born: string;
}

/** `cell.json`. */
export interface CellEnd {
  session: string;
  /** Its number in the session, from 1. */
  cell: number;
  /** The text of the last expression's value. */
  result: string | null;
  /** What it raised, in one line. */
  exception: string | null;
  note: string | null;
}

/** A script may have put anything in the place of a file: what has not these keys is none of ours. */
export function isSpec(found: JobRecord | undefined): found is StoredSpec {
  const { process, details } = (found ?? {}) as Partial<StoredSpec>;
  return Array.isArray(process?.run?.argv) && typeof details === "object" && details !== null;
}
