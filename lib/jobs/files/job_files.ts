import { logProgress } from "./log_progress.ts";
import { join } from "node:path";
import {
  ensureFolder,
  exists,
  lookAt,
  openPrivate,
  overwritePrivate,
  removeIfThere,
  replacePrivate,
  writePrivate,
} from "../../base/private_files.ts";
import { hasControl, readControl, readControlText } from "./control_file.ts";
import { despiteModes, whereReadable } from "./despite_modes.ts";
import { isLocked } from "./file_lock.ts";
import { COMES_FROM, LOCK_CONTENT, NEXT_SOURCE, OUTCOME_ROOM } from "./folder_content.ts";
import { LAST_SECOND, outcomeIn } from "./is_outcome.ts";
import {
  type CellEnd,
  isSpec,
  type JobRecord,
  type Started,
  type StoredSpec,
} from "./job_record.ts";
import { JobPaths } from "./job_paths.ts";
import { JOB_FILES } from "./names.ts";
import { readProgress } from "./read_progress.ts";
import type { JobEnd, Outcome, Progress } from "../model/job.ts";

/** The files of one job's folder, each with its one meaning. */
export class JobFiles extends JobPaths {
  /** What a cell asks for; `undefined` unless it waits in `input()`. */
  get prompt(): string | undefined {
    return whereReadable(() => readControlText(this.path(JOB_FILES.prompt)), undefined);
  }

  /** Whether the pipe for input is there. */
  get takesInput(): boolean {
    return hasControl(this.path(JOB_FILES.input));
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

  /** Writes the text of the script, perhaps into a file that is there for it. */
  writeSource(text: string): void {
    const ahead = join(this.folder, NEXT_SOURCE);
    if (lookAt(ahead)?.isFile) Deno.renameSync(ahead, this.source);
    overwritePrivate(this.source, text);
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
    return readControl<JobRecord>(this.path(JOB_FILES.spec));
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
    return outcomeIn(readControl(this.path(JOB_FILES.outcome)));
  }

  /** What a cell is answered with besides its output; written before its outcome. */
  get cell(): CellEnd | undefined {
    return readControl<CellEnd>(this.path(JOB_FILES.cell));
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
    return hasControl(this.path(JOB_FILES.started));
  }

  /** Its supervisor, and when it began; `undefined` before that. */
  get started(): Started | undefined {
    const found = readControl<Started>(this.path(JOB_FILES.started));
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
    return readControlText(this.path(JOB_FILES.accepted)) || undefined;
  }

  /** Says that no launcher has it any more. */
  forgetLauncher(): void {
    removeIfThere(this.path(JOB_FILES.accepted));
  }

  /** How a task ended; its own process writes it. */
  get taskEnd(): JobEnd | undefined {
    return readControl<JobEnd>(this.path(JOB_FILES.end));
  }

  set taskEnd(end: JobEnd) {
    replacePrivate(this.path(JOB_FILES.end), JSON.stringify(end));
  }

  /** What its supervisor cannot stop just now, each as `pid (name)`. */
  get survivors(): string[] {
    const found = whereReadable(() => readControl(this.path(JOB_FILES.survivors)), undefined);
    return Array.isArray(found) ? found.map(String) : [];
  }

  /** What the script has reported, else what the bars show that it prints. */
  get progress(): Progress | null {
    return readProgress(this.progressFile) ?? logProgress(this.stderr) ?? logProgress(this.stdout);
  }

  /** Reports progress in the place of a script that has not begun. */
  writeProgress(progress: Progress): void {
    writePrivate(this.progressFile, JSON.stringify(progress));
  }

  get isThere(): boolean {
    return despiteModes(this.folder, () => exists(this.folder));
  }

  get cancelAsked(): boolean {
    return hasControl(this.path(JOB_FILES.cancel));
  }

  askToCancel(): void {
    despiteModes(this.folder, () => writePrivate(this.path(JOB_FILES.cancel), ""));
  }

  /** Whether the run has outlived its call. */
  get isBackground(): boolean {
    return hasControl(this.path(JOB_FILES.background));
  }

  markBackground(): void {
    despiteModes(this.folder, () => writePrivate(this.path(JOB_FILES.background), ""));
  }
}
