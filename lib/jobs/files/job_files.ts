import { logProgress } from "./log_progress.ts";
import { basename, join } from "node:path";
import {
  ensureFolder,
  exists,
  openPrivate,
  overwritePrivate,
  removeIfThere,
  replacePrivate,
  writePrivate,
} from "../../base/private_files.ts";
import { readForeignFile } from "../../base/read_foreign_file.ts";
import { despiteModes, readDespiteModes, whereReadable } from "./despite_modes.ts";
import { isLocked } from "./file_lock.ts";
import { COMES_FROM, LOCK_CONTENT, OUTCOME_ROOM } from "./folder_content.ts";
import { LAST_SECOND, outcomeIn } from "./is_outcome.ts";
import {
  type CellEnd,
  isSpec,
  type JobRecord,
  type Started,
  type StoredSpec,
} from "./job_record.ts";
import { JOB_FILES, type JobFileName } from "./names.ts";
import type { JobEnd, Outcome, Progress } from "../model/job.ts";

/** The most that is read of what the program's own processes write: arguments may be long. */
const CONTROL_BYTES = 64 << 20;
const PROGRESS_BYTES = 64 << 10;

/** The files of one job's folder, each with its one meaning. */
export class JobFiles {
  constructor(readonly folder: string) {}

  path(name: JobFileName): string {
    return join(this.folder, name);
  }

  get stdout(): string {
    return this.path(JOB_FILES.stdout);
  }

  get stderr(): string {
    return this.path(JOB_FILES.stderr);
  }

  get prepareLog(): string {
    return this.path(JOB_FILES.prepareLog);
  }

  get lock(): string {
    return this.path(JOB_FILES.lock);
  }

  /** The text of the script, where the caller gave text. */
  get source(): string {
    return this.path(JOB_FILES.source);
  }

  /** The pipe that servers send input through. */
  get input(): string {
    return this.path(JOB_FILES.input);
  }

  /** What a cell asks for; `undefined` unless it waits in `input()`. */
  get prompt(): string | undefined {
    return whereReadable(() => this.#readOwn(JOB_FILES.prompt), undefined);
  }

  /** Whether that pipe is there. */
  get takesInput(): boolean {
    return this.#has(JOB_FILES.input);
  }

  /** Where the script leaves files. */
  get artifacts(): string {
    return this.#writtenByScript(JOB_FILES.artifacts);
  }

  /** Where large pictures have smaller copies, under the same names. */
  get previews(): string {
    return this.#writtenByScript(JOB_FILES.previews);
  }

  /** Where the script reports its progress. */
  get progressFile(): string {
    return this.#writtenByScript(JOB_FILES.progress);
  }

  /** Where the exception that ended the script is noted. */
  get exception(): string {
    return this.#writtenByScript(JOB_FILES.exception);
  }

  /** Jobs of earlier versions have these beside the others. */
  #writtenByScript(name: JobFileName): string {
    const isOld = whereReadable(() => !this.#has(JOB_FILES.scriptFolder), false);
    return isOld ? join(this.folder, basename(name)) : this.path(name);
  }

  /** Creates the folder and what must be there before anything else happens to the job. */
  create(): void {
    ensureFolder(this.folder);
    ensureFolder(this.path(JOB_FILES.artifacts));
    // To make a file takes ten times as long as to write to one that is there.
    for (const name of Object.values(COMES_FROM)) openPrivate(join(this.folder, name)).close();
    writePrivate(this.#nextOutcome, OUTCOME_ROOM);
    this.touchLock();
  }

  /** Wakes those who wait for the job: they watch its lock file, which nothing else writes to. */
  touchLock(): void {
    using file = openPrivate(this.lock, { append: true });
    file.writeSync(new TextEncoder().encode(LOCK_CONTENT));
  }

  /** Whether a process holds the job: its supervisor, or whoever starts or cancels it just now. */
  get isLocked(): boolean {
    return despiteModes(this.folder, () => isLocked(this.lock));
  }

  /** What the job is; also of one that is still being made, and of a task. */
  get record(): JobRecord | undefined {
    return this.#readControl<JobRecord>(JOB_FILES.spec);
  }

  set record(record: JobRecord) {
    overwritePrivate(this.path(JOB_FILES.spec), JSON.stringify(record));
  }

  /** Changes what `spec.json` says of a job that was handed over. */
  amend(changes: Partial<StoredSpec>): void {
    replacePrivate(this.path(JOB_FILES.spec), JSON.stringify({ ...this.record, ...changes }));
  }

  /** What the job is and what it runs; `undefined` before it is handed over, and for a task. */
  get spec(): StoredSpec | undefined {
    const record = this.record;
    return isSpec(record) ? record : undefined;
  }

  set spec(spec: StoredSpec) {
    this.record = spec;
  }

  /** The same, where that is only shown: `undefined` as well while its script makes it unreadable. */
  get shownSpec(): StoredSpec | undefined {
    return whereReadable(() => this.spec, undefined);
  }

  get outcome(): Outcome | undefined {
    return outcomeIn(this.#readControl(JOB_FILES.outcome));
  }

  /** What a cell is answered with besides its output; written before its outcome. */
  get cell(): CellEnd | undefined {
    return this.#readControl<CellEnd>(JOB_FILES.cell);
  }

  get #nextOutcome(): string {
    return this.path(JOB_FILES.nextOutcome);
  }

  /** Ends the job and wakes those who wait for it. Only the holder of its lock may. */
  end(outcome: Outcome): void {
    overwritePrivate(this.#nextOutcome, JSON.stringify(outcome));
    Deno.renameSync(this.#nextOutcome, this.path(JOB_FILES.outcome));
    this.touchLock();
  }

  /** Whether its supervisor has begun; such a job is never started again. */
  get hasStarted(): boolean {
    return this.#has(JOB_FILES.started);
  }

  /** Its supervisor, and when it began; `undefined` before that. */
  get started(): Started | undefined {
    const found = this.#readControl<Started>(JOB_FILES.started);
    return Math.abs(found?.at ?? NaN) < LAST_SECOND ? found : undefined;
  }

  /** Says that nothing of this machine starts or ends it. */
  markOnCluster(): void {
    writePrivate(this.path(JOB_FILES.cluster), "");
  }

  /** Says that the job has begun elsewhere, at a time in seconds. */
  markStarted(at: number): void {
    replacePrivate(this.path(JOB_FILES.started), JSON.stringify({ at }));
  }

  /** The launcher that has the job. */
  get acceptedBy(): string | undefined {
    return this.#readOwn(JOB_FILES.accepted) || undefined;
  }

  /** Says that no launcher has it any more. */
  forgetLauncher(): void {
    removeIfThere(this.path(JOB_FILES.accepted));
  }

  /** How a task ended; its own process writes it. */
  get taskEnd(): JobEnd | undefined {
    return this.#readControl<JobEnd>(JOB_FILES.end);
  }

  set taskEnd(end: JobEnd) {
    replacePrivate(this.path(JOB_FILES.end), JSON.stringify(end));
  }

  /** What its supervisor cannot stop just now, each as `pid (name)`. */
  get survivors(): string[] {
    const found = whereReadable(() => this.#readControl(JOB_FILES.survivors), undefined);
    return Array.isArray(found) ? found.map(String) : [];
  }

  /**
   * What the script has reported, else what the bars show that it prints; whatever else it may have put
   * there is no progress.
   */
  get progress(): Progress | null {
    const found = parse<Partial<Progress>>(readForeignFile(this.progressFile, PROGRESS_BYTES));
    if (typeof found?.current !== "number" || !Number.isFinite(found.current)) {
      return logProgress(this.stderr) ?? logProgress(this.stdout);
    }
    return {
      current: found.current,
      total: Number.isFinite(found.total) ? found.total! : null,
      message: typeof found.message === "string" ? found.message : null,
    };
  }

  /** Reports progress in the place of a script that has not begun. */
  writeProgress(progress: Progress): void {
    writePrivate(this.progressFile, JSON.stringify(progress));
  }

  get isThere(): boolean {
    return despiteModes(this.folder, () => exists(this.folder));
  }

  get cancelAsked(): boolean {
    return this.#has(JOB_FILES.cancel);
  }

  askToCancel(): void {
    despiteModes(this.folder, () => writePrivate(this.path(JOB_FILES.cancel), ""));
  }

  /** Whether the run has outlived its call. */
  get isBackground(): boolean {
    return this.#has(JOB_FILES.background);
  }

  markBackground(): void {
    despiteModes(this.folder, () => writePrivate(this.path(JOB_FILES.background), ""));
  }

  /** JSON of a file that our own processes write, and that a script may replace by anything. */
  #readControl<T>(name: JobFileName): T | undefined {
    return parse<T>(this.#readOwn(name));
  }

  #readOwn(name: JobFileName): string | undefined {
    const bytes = readDespiteModes(this.path(name), CONTROL_BYTES);
    return bytes && new TextDecoder().decode(bytes);
  }

  #has(name: JobFileName): boolean {
    return despiteModes(this.folder, () => exists(this.path(name)));
  }
}

/** `undefined` for what is not (yet) whole, or no object. */
function parse<T>(text: string | undefined): T | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" && value !== null ? value as T : undefined;
  } catch {
    return undefined;
  }
}
