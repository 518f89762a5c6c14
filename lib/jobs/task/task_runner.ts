import { ensureFolder } from "../../base/private_files.ts";
import { type Home, jobFolder } from "../files/home.ts";
import type { FinalStatus, JobEnd, Progress } from "../model/job.ts";
import { JobFiles } from "../files/job_files.ts";
import { recordOf } from "../files/job_record.ts";
import type { JobStore } from "../store/job_store.ts";
import type { Owner } from "../files/owner.ts";

/** How often this process looks whether somebody wants one of its tasks to end. */
const LOOK_MS = 250;
/** How long a task may go on after its signal was aborted. */
const GRACE_MS = 5000;
const PROGRESS_MS = 200;
const RETRY_MS = 1000;

export interface TaskRunnerOptions {
  home: Home;
  store: JobStore;
  owner: Owner;
  changed: (id: string) => void;
  log: (message: string) => void;
}

/** A function of this process, about to be a job. */
export interface Task {
  id: string;
  tool: string;
  label: string | null;
  createdAt: number;
  startedAt?: number;
  controller: AbortController;
  result: Promise<unknown>;
  /** The newest progress that it reported. */
  progress: Progress | null;
  /** Runs while a cancelled task may still end by itself. */
  grace?: ReturnType<typeof setTimeout>;
}

/** Jobs that are functions inside this process: the tools of people's own servers. */
export class TaskRunner {
  readonly #options: TaskRunnerOptions;
  readonly #tasks = new Map<string, Task>();
  readonly #pendingProgress = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #retries = new Map<string, ReturnType<typeof setTimeout>>();
  #timer?: ReturnType<typeof setInterval>;

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
  }

  /** Lists a task as a running job and keeps its end. */
  register(task: Task, parent: string | null = null): void {
    const { home, store, owner, changed } = this.#options;
    const { id, tool, label, createdAt } = task;
    const job = {
      id,
      kind: "task",
      tool,
      label,
      listed: true,
      owner: owner.id,
      parent,
      createdAt,
    } as const;
    const seq = store.insert(job);
    const files = new JobFiles(jobFolder(home, id)!);
    ensureFolder(files.folder);
    files.record = recordOf({ ...job, seq });
    files.touchLock();
    this.#tasks.set(id, task);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
    task.result.then(
      (result) => this.#end(task, "completed", result, null),
      (error) => this.#end(task, "failed", null, firstLine(error)),
    );
    changed(id);
  }

  /** Marks a registered task as running from a time on; false when it has ended before. */
  markRunning(id: string, at: number): boolean {
    const task = this.#tasks.get(id);
    if (!task) return false;
    task.startedAt = at;
    this.#write(id, () => this.#options.store.markRunning(id, at));
    return true;
  }

  /** Makes the newest progress of a registered task visible to other processes. */
  publishProgress(task: Task): void {
    if (this.#pendingProgress.has(task.id) || !this.#tasks.has(task.id)) return;
    const timer = setTimeout(() => {
      this.#pendingProgress.delete(task.id);
      if (!this.#tasks.has(task.id)) return;
      this.#write(task.id, () => this.#options.store.setProgress(task.id, task.progress!));
    }, PROGRESS_MS);
    this.#pendingProgress.set(task.id, timer);
  }

  /**
   * Aborts the task's signal; it is cancelled when it ends, and after the grace at the latest. False when
   * it does not run here.
   */
  cancel(id: string): boolean {
    const task = this.#tasks.get(id);
    if (!task) return false;
    if (task.controller.signal.aborted) return true;
    task.controller.abort(new DOMException("The job was cancelled", "AbortError"));
    task.grace = setTimeout(() => this.#end(task, "cancelled", null, null), GRACE_MS);
    return true;
  }

  /** Ends what this process cannot go on with. */
  close(): void {
    for (const task of [...this.#tasks.values()]) {
      this.#end(task, "failed", null, "The server process that ran this job ended");
      task.controller.abort(new DOMException("The server ends", "AbortError"));
    }
    for (const timer of this.#retries.values()) clearTimeout(timer);
  }

  #look(): void {
    for (const { id } of this.#tasks.values()) {
      const folder = jobFolder(this.#options.home, id)!;
      try {
        if (new JobFiles(folder).cancelAsked) this.cancel(id);
      } catch (error) {
        this.#options.log(`job ${id}: ${error}`); // its folder cannot be looked into
      }
    }
  }

  #end(task: Task, status: FinalStatus, result: unknown, error: string | null): void {
    if (!this.#tasks.delete(task.id)) return;
    clearTimeout(this.#pendingProgress.get(task.id));
    this.#pendingProgress.delete(task.id);
    clearTimeout(task.grace);
    if (this.#tasks.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const cancelled = task.controller.signal.aborted;
    this.#keepEnd(task.id, {
      status: cancelled ? "cancelled" : status,
      result: cancelled ? null : result ?? null,
      error: cancelled ? null : error,
      startedAt: task.startedAt,
      completedAt: Date.now(),
      progress: task.progress,
    });
  }

  /** Tries until there is room for it: nobody else knows how the task has ended. */
  #keepEnd(id: string, end: JobEnd): void {
    this.#retries.delete(id);
    const files = new JobFiles(jobFolder(this.#options.home, id)!);
    const kept = this.#write(id, () => {
      // Its folder may have been removed: then only its row can tell.
      if (files.isThere) files.taskEnd = end;
      this.#options.store.end(id, end);
      if (files.isThere) files.touchLock();
    });
    if (!kept) this.#retries.set(id, setTimeout(() => this.#keepEnd(id, end), RETRY_MS));
  }

  /** A full disk must not end this process. False when the write failed. */
  #write(id: string, act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      this.#options.log(`job ${id}: ${error}`);
      return false;
    } finally {
      this.#options.changed(id);
    }
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0]!;
}
