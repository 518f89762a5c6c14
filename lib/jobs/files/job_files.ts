import { join } from "node:path";
import {
  ensureFolder,
  exists,
  readIfThere,
  readJsonIfThere,
  replacePrivate,
  writePrivate,
} from "../../base/private_files.ts";
import { isLocked } from "./file_lock.ts";
import type { JobEnd, JobRow, Outcome, Progress } from "../model/job.ts";
import type { ProcessSpec } from "./process_spec.ts";

/** The part of `spec.json` that a lost row is made from anew: what no other file can tell. */
export interface JobRecord
  extends Pick<JobRow, "id" | "seq" | "kind" | "tool" | "label" | "parent" | "listed" | "owner"> {
  created_at: number;
  /** Set when the run was answered within its call. */
  expires_at?: number;
}

export function recordOf(row: Omit<JobRecord, "created_at"> & { createdAt: number }): JobRecord {
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
}

/** The room that is kept for `outcome.json`, so that a job can end on a full disk too. */
const OUTCOME_BYTES = 4096;

/** The files of one job's folder, each with its one meaning. */
export class JobFiles {
  constructor(readonly folder: string) {}

  path(name: string): string {
    return join(this.folder, name);
  }

  get stdout(): string {
    return this.path("stdout.log");
  }

  get stderr(): string {
    return this.path("stderr.log");
  }

  get artifacts(): string {
    return this.path("artifacts");
  }

  get lock(): string {
    return this.path("lock");
  }

  /** Creates the folder and what must be there before anything else happens to the job. */
  create(): void {
    ensureFolder(this.folder);
    ensureFolder(this.artifacts);
    writePrivate(this.#nextOutcome, " ".repeat(OUTCOME_BYTES));
    this.touchLock();
  }

  /** Wakes those who wait for the job: they watch its lock file, which nothing else writes to. */
  touchLock(): void {
    Deno.writeTextFileSync(this.lock, ".", { append: true, mode: 0o600 });
  }

  /** Whether its supervisor lives. */
  get held(): boolean {
    return isLocked(this.lock);
  }

  /** What the job is; also of one that is still being made, and of a task. */
  get record(): JobRecord | undefined {
    return readJsonIfThere<JobRecord>(this.path("spec.json"));
  }

  set record(record: JobRecord) {
    writePrivate(this.path("spec.json"), JSON.stringify(record));
  }

  /** Changes what `spec.json` says of a job that was handed over. */
  amend(changes: Partial<StoredSpec>): void {
    replacePrivate(this.path("spec.json"), JSON.stringify({ ...this.record, ...changes }));
  }

  /** What the job is and what it runs; `undefined` before it is handed over, and for a task. */
  get spec(): StoredSpec | undefined {
    const record = this.record;
    return record && "process" in record ? record as StoredSpec : undefined;
  }

  set spec(spec: StoredSpec) {
    this.record = spec;
  }

  get outcome(): Outcome | undefined {
    return readJsonIfThere<Outcome>(this.path("outcome.json"));
  }

  get #nextOutcome(): string {
    return this.path("outcome.json.new");
  }

  /** Ends the job and wakes those who wait for it. Only the holder of its lock may. */
  end(outcome: Outcome): void {
    const content = new TextEncoder().encode(JSON.stringify(outcome));
    {
      using file = Deno.openSync(this.#nextOutcome, { write: true, create: true, mode: 0o600 });
      for (let at = 0; at < content.length;) at += file.writeSync(content.subarray(at));
      file.truncateSync(content.length);
    }
    Deno.renameSync(this.#nextOutcome, this.path("outcome.json"));
    this.touchLock();
  }

  /** Whether its supervisor has begun; such a job is never started again. */
  get hasStarted(): boolean {
    return exists(this.path("started"));
  }

  /** When its supervisor began, in milliseconds since 1970. */
  get startedAt(): number | undefined {
    const started = readJsonIfThere<{ at: number }>(this.path("started"));
    return started && Math.round(started.at * 1000);
  }

  /** The launcher that has the job. */
  get acceptedBy(): string | undefined {
    return readIfThere(this.path("accepted")) || undefined;
  }

  /** How a task ended; its own process writes it. */
  get taskEnd(): JobEnd | undefined {
    return readJsonIfThere<JobEnd>(this.path("end.json"));
  }

  set taskEnd(end: JobEnd) {
    replacePrivate(this.path("end.json"), JSON.stringify(end));
  }

  /** What its supervisor cannot stop just now, each as `pid (name)`. */
  get survivors(): string[] {
    return readJsonIfThere<string[]>(this.path("survivors.json")) ?? [];
  }

  get progress(): Progress | null {
    const found = readJsonIfThere<Partial<Progress>>(this.path("progress.json"));
    return typeof found?.current === "number"
      ? { current: found.current, total: found.total ?? null, message: found.message ?? null }
      : null;
  }

  get isThere(): boolean {
    return exists(this.folder);
  }

  get cancelAsked(): boolean {
    return exists(this.path("cancel"));
  }

  askToCancel(): void {
    writePrivate(this.path("cancel"), "");
  }

  /** Whether the run has outlived its call. */
  get isBackground(): boolean {
    return exists(this.path("background"));
  }

  markBackground(): void {
    writePrivate(this.path("background"), "");
  }
}
