import type { App } from "../../runs/app.ts";
import { readTreeUsage } from "./process_usage.ts";

const SAMPLE_MS = 1000;
const KEPT = 300;

export interface UsageSample {
  /** Milliseconds since 1970. */
  at: number;
  /** Percent of one processor. */
  cpu: number;
  /** Bytes. */
  memory: number;
  processes: number;
}

export type UsageNews = { samples: UsageSample[] } | { unavailable: string };

interface Watched {
  listeners: Set<(news: UsageNews) => void>;
  samples: UsageSample[];
  timer: ReturnType<typeof setInterval>;
  before?: { at: number; cpuSeconds: number };
}

/** Measures jobs that somebody looks at, and no others. */
export class UsageSampler {
  readonly #app: App;
  readonly #watched = new Map<string, Watched>();

  constructor(app: App) {
    this.#app = app;
  }

  /** Calls back with the samples of a job, those taken before first; returns what ends that. */
  watch(id: string, listener: (news: UsageNews) => void): () => void {
    let watched = this.#watched.get(id);
    if (!watched) {
      const timer = setInterval(() => this.#sample(id), SAMPLE_MS);
      watched = { listeners: new Set(), samples: [], timer };
      this.#watched.set(id, watched);
    }
    watched.listeners.add(listener);
    if (watched.samples.length > 0) listener({ samples: watched.samples });
    else this.#sample(id);
    return () => {
      watched.listeners.delete(listener);
      if (watched.listeners.size === 0) this.#end(id, watched);
    };
  }

  close(): void {
    for (const [id, watched] of this.#watched) this.#end(id, watched);
  }

  #end(id: string, { timer }: Watched): void {
    clearInterval(timer);
    this.#watched.delete(id);
  }

  #sample(id: string): void {
    const watched = this.#watched.get(id)!;
    const tell = (news: UsageNews) => watched.listeners.forEach((listener) => listener(news));
    try {
      const sample = this.#measure(id, watched);
      if (!sample) return;
      watched.samples = [...watched.samples, sample].slice(-KEPT);
      tell({ samples: [sample] });
    } catch (error) {
      // Any other has its reason in the home, as a full disk: the next look may find more.
      if (!(error instanceof Deno.errors.NotCapable)) return;
      clearInterval(watched.timer);
      tell({ unavailable: "Usage is not measured: Deno lets read /proc only with -A." });
    }
  }

  #measure(id: string, watched: Watched): UsageSample | undefined {
    if (this.#app.jobs.store.get(id)?.status !== "running") return undefined;
    const root = this.#app.jobs.files(id)?.started;
    if (!root) return undefined;
    const usage = readTreeUsage(root.pid, root.born);
    if (!usage) return undefined;
    const at = Date.now();
    const { before } = watched;
    watched.before = { at, cpuSeconds: usage.cpuSeconds };
    // A share of time needs two looks.
    if (!before || at <= before.at) return undefined;
    // A process that is handed to another parent may take its time along: never below zero.
    const cpu = Math.max(0, (usage.cpuSeconds - before.cpuSeconds) / (at - before.at) * 1e5);
    return { at, cpu, memory: usage.memory, processes: usage.processes };
  }
}
