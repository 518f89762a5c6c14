import { type Home, isWhole, jobFolder, openHome } from "./files/home.ts";
import { JobFiles } from "./files/job_files.ts";
import type { Notices } from "./files/notices.ts";
import type { Owner } from "./files/owner.ts";
import type { HomeCleaner } from "./process/home_cleaner.ts";
import type { JobPoller } from "./process/job_poller.ts";
import type { ProcessRunner } from "./process/process_runner.ts";
import type { Runners } from "./runners.ts";
import type { JobDatabase } from "./store/job_database.ts";
import type { JobStore } from "./store/job_store.ts";

const POLL_MS = 1000;
const SWEEP_MS = 3600 * 1000;

export interface UpkeepOptions {
  home: Home;
  database: JobDatabase;
  store: JobStore;
  owner: Owner;
  notices: Notices;
  processes: ProcessRunner;
  runners: Runners;
  cleaner: HomeCleaner;
  poller: JobPoller;
  /** Called with each sweep, with the programs of the jobs that have not ended. */
  swept?: (programs: string[]) => Promise<void>;
  log: (message: string) => void;
}

/** What is done from time to time: jobs are looked at each second, the home is swept each hour. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #timers: ReturnType<typeof setInterval>[];
  #keepsRefreshing = false;
  #sweeping?: Promise<void>;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#timers = [
      setInterval(() => this.poll(), POLL_MS),
      setInterval(() => this.sweep(), SWEEP_MS),
    ];
    for (const timer of this.#timers) Deno.unrefTimer(timer as unknown as number);
  }

  /** Each second from now on, jobs that nobody who lives will start are started again. */
  keepRefreshing(): void {
    this.#keepsRefreshing = true;
    this.#options.runners.look();
    this.#options.poller.refreshAll();
  }

  /** Looks at the jobs now. */
  poll(): Promise<void> {
    const { runners, poller, log } = this.#options;
    try {
      this.restoreHome();
    } catch (error) {
      log(`the home cannot be made anew: ${error}`);
    }
    runners.look();
    return this.#keepsRefreshing ? poller.refreshAll() : poller.readAll();
  }

  /** Brings the home in order after other servers. */
  async sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => this.#sweeping = undefined);
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { home, store, owner, cleaner, swept, log } = this.#options;
    try {
      await cleaner.sweep(owner);
      const programs = store.unfinished().flatMap(({ id }) => {
        const folder = jobFolder(home, id);
        return (folder && new JobFiles(folder).spec?.process.run.argv[0]) ?? [];
      });
      await swept?.(programs);
    } catch (error) {
      log(`the home could not be swept: ${error}`);
    }
  }

  /** Makes a home anew that was removed while it is in use; what ran in it is stopped by its supervisors. */
  restoreHome(): void {
    const { home, database, owner, notices, processes } = this.#options;
    if (isWhole(home) && owner.isSeen) return;
    openHome(home.root);
    owner.renew();
    database.letGo();
    processes.replaceLauncher();
    notices.add(
      `A part of ${home.root} was removed while it was in use. It was made anew; jobs whose ` +
        "folders are gone were stopped",
    );
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#options.cleaner.close();
    await this.#sweeping;
  }
}
