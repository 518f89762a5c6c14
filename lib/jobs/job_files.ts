import { join } from "node:path";
import {
  exists,
  readIfThere,
  readJsonIfThere,
  replacePrivate,
  writePrivate,
} from "../base/private_files.ts";
import { isLocked } from "./file_lock.ts";
import type { Outcome, Progress } from "./job.ts";
import type { ProcessSpec } from "./launcher.ts";

/** `spec.json`: what a job is, for servers that come later. It holds no secret values. */
export interface StoredSpec {
  tool: string;
  label: string | null;
  parent: string | null;
  created_at: number;
  listed: boolean;
  /** True when environment values or standard input were given: they are nowhere on disk. */
  has_secrets: boolean;
  /** What the result says besides the outcome; the room that started the run knows what it means. */
  details: Record<string, unknown>;
  process: ProcessSpec;
}

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

  /** Wakes those who wait for the job: they watch its lock file, which nothing else writes to. */
  touchLock(): void {
    Deno.writeTextFileSync(this.lock, ".", { append: true, mode: 0o600 });
  }

  /** Whether its supervisor lives. */
  get held(): boolean {
    return isLocked(this.lock);
  }

  get spec(): StoredSpec | undefined {
    return readJsonIfThere<StoredSpec>(this.path("spec.json"));
  }

  set spec(spec: StoredSpec) {
    writePrivate(this.path("spec.json"), JSON.stringify(spec));
  }

  get outcome(): Outcome | undefined {
    return readJsonIfThere<Outcome>(this.path("outcome.json"));
  }

  set outcome(outcome: Outcome) {
    replacePrivate(this.path("outcome.json"), JSON.stringify(outcome));
  }

  /** When its supervisor began, in milliseconds since 1970; `undefined` before. */
  get startedAt(): number | undefined {
    const started = readJsonIfThere<{ at: number }>(this.path("started"));
    return started && Math.round(started.at * 1000);
  }

  /** The launcher that has the job. */
  get acceptedBy(): string | undefined {
    return readIfThere(this.path("accepted")) || undefined;
  }

  get progress(): Progress | null {
    const found = readJsonIfThere<Partial<Progress>>(this.path("progress.json"));
    return typeof found?.current === "number"
      ? { current: found.current, total: found.total ?? null, message: found.message ?? null }
      : null;
  }

  get cancelAsked(): boolean {
    return exists(this.path("cancel"));
  }

  askToCancel(): void {
    writePrivate(this.path("cancel"), "");
  }

  markBackground(): void {
    writePrivate(this.path("background"), "");
  }
}
