import type { ToldCell } from "./files/messages.ts";
import { Notices } from "./files/notices.ts";
import { Owner } from "./files/owner.ts";
import { JobChanges } from "./job_changes.ts";
import type { JobManagerOptions } from "./job_manager_options.ts";
import { Calls } from "./process/calls.ts";
import { ChildRegistry } from "./process/child_registry.ts";
import { HomeCleaner } from "./process/home_cleaner.ts";
import { JobPoller } from "./process/job_poller.ts";
import { ProcessRunner } from "./process/process_runner.ts";
import { Runners } from "./runners.ts";
import { JobDatabase } from "./store/job_database.ts";
import { JobSnapshot } from "./store/job_snapshot.ts";
import { JobStore } from "./store/job_store.ts";
import { TaskRunner } from "./task/task_runner.ts";
import { Upkeep } from "./upkeep.ts";

/** What a server works with on the jobs of its home, put together. */
export class JobParts {
  readonly store: JobStore;
  readonly notices: Notices;
  readonly changes: JobChanges;
  readonly children: ChildRegistry;
  readonly tasks: TaskRunner;
  readonly processes: ProcessRunner;
  readonly runners: Runners;
  readonly cleaner: HomeCleaner;
  readonly calls: Calls;
  readonly poller: JobPoller;
  readonly upkeep: Upkeep;
  readonly #owner: Owner;
  readonly #log: (message: string) => void;

  /** @param news Called when a job may have begun or ended; without an id, any job. */
  constructor(options: JobManagerOptions, news: (id?: string, cell?: ToldCell) => void) {
    const { home, log } = options;
    this.#log = log;
    this.notices = new Notices(options.warn);
    const database = new JobDatabase(
      home,
      (message) => this.notices.add(message),
      () => this.upkeep.restoreHome(),
    );
    this.store = new JobStore(database);
    try {
      this.#owner = new Owner(home);
    } catch (error) {
      this.store.close();
      throw error;
    }
    this.changes = new JobChanges(new JobSnapshot(home, this.store, log));
    const changed = (id: string) => this.changes.publish(id);
    const shared = { ...options, store: this.store, owner: this.#owner, changed };
    const children = this.children = new ChildRegistry(shared);
    const processes = this.processes = new ProcessRunner({
      ...shared,
      register: (id) => children.register(id),
      submit: (child) => void this.runners.submit(child),
      isAwaited: (id) => this.calls.has(id),
      news,
    });
    const { recovery } = processes;
    const runners = this.runners = new Runners({ ...shared, children, processes, news });
    const cleaner = this.cleaner = new HomeCleaner({
      ...shared,
      children,
      removing: (ids) => runners.forget(ids),
    });
    const calls = this.calls = new Calls({
      ...shared,
      recovery,
      runnerOf: (id) => runners.of(id),
      answered: (call) => processes.prepareNext(call),
      discard: (ids) => runners.discard(ids),
    });
    this.tasks = new TaskRunner(shared);
    const poller = this.poller = new JobPoller({ ...shared, children, processes, recovery, calls });
    const { notices } = this;
    this.upkeep = new Upkeep({ ...shared, database, notices, processes, runners, cleaner, poller });
  }

  async close(): Promise<void> {
    await this.upkeep.close();
    await this.poller.close();
    this.tasks.close();
    await this.calls.close().catch((error) => this.#log(`a call was not listed: ${error}`));
    await this.runners.close();
    this.changes.close();
    await this.processes.close();
    this.store.close();
    this.#owner.close();
  }
}
