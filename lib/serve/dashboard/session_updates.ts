import { statIfThere } from "../../base/private_files.ts";
import { logSize } from "../../jobs/files/output_log.ts";
import { SessionFiles } from "../../jobs/files/session_files.ts";
import type { App } from "../../runs/app.ts";
import { PollWhileListened } from "../../runs/poll_while_listened.ts";

/** Called with the names of sessions that have changed: state, cells, output of the one that runs. */
type Listener = (changed: string[]) => void;

/** Looks at the sessions of the home once a second while somebody wants to hear of them. */
export class SessionUpdates {
  readonly #app: App;
  readonly #poll: PollWhileListened<Listener>;
  #seen = new Map<string, string>();

  constructor(app: App) {
    this.#app = app;
    this.#poll = new PollWhileListened({
      begin: () => this.#seen = this.#look(),
      poll: () => this.#tell(),
      failed: (error) => app.log.debug(`looking for changed sessions failed: ${error}`),
    });
  }

  /** Calls back from now on; returns what ends that. */
  listen(listener: Listener): () => void {
    return this.#poll.listen(listener);
  }

  close(): void {
    this.#poll.close();
  }

  #tell(): void {
    const before = this.#seen;
    this.#seen = this.#look();
    const names = new Set([...before.keys(), ...this.#seen.keys()]);
    const changed = [...names].filter((name) => before.get(name) !== this.#seen.get(name));
    if (changed.length > 0) {
      for (const listener of [...this.#poll.listeners]) listener(changed);
    }
  }

  #look(): Map<string, string> {
    const { home } = this.#app.jobs;
    return new Map(SessionFiles.names(home).map((name) => [name, this.#fingerprint(name)]));
  }

  #fingerprint(name: string): string {
    const files = new SessionFiles(this.#app.jobs.home, name);
    const { lives, state } = files;
    const cell = lives && state?.running && this.#app.jobs.files(state.running.job_id);
    const printed = cell ? [logSize(cell.stdout), logSize(cell.stderr)] : [];
    return JSON.stringify([lives, state, statIfThere(files.transcript)?.size, printed]);
  }
}
