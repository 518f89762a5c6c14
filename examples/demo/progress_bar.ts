import { write } from "./narrator.ts";

const WIDTH = 32;
/** Without a terminal, a line for each of so many per cent. */
const PLAIN_STEP = 20;

/** Progress as `py_job_status` gives it. */
export interface Progress {
  current: number;
  total: number | null;
  message: string | null;
}

/** A bar that is redrawn in place on a terminal; elsewhere a line now and then. */
export class ProgressBar {
  readonly #terminal = Deno.stdout.isTerminal();
  #nextPlain = 0;
  #drawn = false;

  show({ current, total, message }: Progress): void {
    const share = total ? Math.min(1, current / total) : 0;
    const percent = Math.floor(share * 100);
    const full = Math.round(share * WIDTH);
    const bar = "█".repeat(full) + "░".repeat(WIDTH - full);
    const text = `       ${bar} ${String(percent).padStart(3)} %  ${message ?? ""}`;
    if (this.#terminal) {
      write(`\r\x1b[K${text}`);
      this.#drawn = true;
    } else if (percent >= this.#nextPlain) {
      write(`${text}\n`);
      this.#nextPlain = (Math.floor(percent / PLAIN_STEP) + 1) * PLAIN_STEP;
    }
  }

  end(): void {
    if (this.#drawn) write("\n");
  }
}
