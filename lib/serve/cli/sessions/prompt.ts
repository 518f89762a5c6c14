import { UserError } from "../../../base/user_error.ts";
import type { JobRow } from "../../../jobs/model/job.ts";
import type { App } from "../../../runs/app.ts";
import { removeJobs } from "../../../runs/jobs/prune_jobs.ts";
import { sendInput } from "../../../runs/jobs/send_input.ts";
import type { SessionView } from "../../../runs/sessions/list_sessions.ts";
import { followJob } from "../jobs/follow_job.ts";
import { SHORT_ID } from "../jobs/find_job.ts";
import type { LineReader } from "../terminal/line_reader.ts";
import { ProgressLine } from "../terminal/progress_line.ts";
import { plainLines } from "../terminal/terminal_text.ts";
import { paintFor, print, say } from "../terminal/terminal.ts";
import { type CellResult, sayEndOfCell } from "./end_of_cell.ts";
import { isWhole } from "./is_whole.ts";
import { startCell, type StartChoice } from "./start_cell.ts";

/** A cell that was shorter is no job that lists keep, as with calls of tools. */
const LISTED_MS = 3000;
const LOOK_MS = 100;

/** Reads cells from the terminal, runs one after the other, and shows what comes of them. */
export class Prompt {
  readonly #app: App;
  readonly #choice: StartChoice;
  readonly #lines: LineReader;
  readonly #paint = paintFor(Deno.stdout);
  #next = 1;

  constructor(app: App, choice: StartChoice, lines: LineReader) {
    this.#app = app;
    this.#choice = choice;
    this.#lines = lines;
  }

  /** Until the person leaves. @param view The session as it is, if it lives. */
  async serve(view: SessionView | undefined): Promise<void> {
    this.#next = (view?.cells ?? 0) + 1;
    // A session is told as busy only once its cell has run for a moment.
    if (view && view.job_id !== null && await this.#goesOn(view.job_id)) {
      say(`Cell ${view.cells} runs:\n`);
      await this.#follow(view.job_id);
    }
    while (!this.#lines.isClosed) {
      const code = await this.#read();
      if (code !== undefined && code.trim() !== "") await this.#run(code);
    }
    print("\n");
  }

  async #goesOn(id: string): Promise<boolean> {
    const row = await this.#app.jobs.get(id);
    return row !== undefined && !row.completedAt;
  }

  /** A cell; `undefined` when it was given up. */
  async #read(): Promise<string | undefined> {
    const first = `In [${this.#next}]: `;
    const more = "...: ".padStart(first.length);
    let code: string | undefined;
    this.#lines.onInterrupt = () => print("^C\n");
    while (code === undefined || !isWhole(code)) {
      const prompt = this.#paint.green(code === undefined ? first : more);
      const line = await this.#lines.read(prompt);
      if (line === undefined) return undefined;
      code = code === undefined ? line : `${code}\n${line}`;
    }
    return code;
  }

  async #run(code: string): Promise<void> {
    let id: string;
    try {
      id = await startCell(this.#app, this.#choice, code);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return say(`${paintFor(Deno.stderr).red(plainLines(error.message))}\n`);
    }
    const began = performance.now();
    const row = await this.#follow(id);
    const { artifacts = [] } = (row?.result ?? {}) as Partial<CellResult>;
    const isShort = performance.now() - began < LISTED_MS && artifacts.length === 0;
    if (row?.completedAt && isShort) await removeJobs(this.#app, [id]);
  }

  /** Shows a cell to its end, or until the person leaves. */
  async #follow(id: string): Promise<JobRow | undefined> {
    const left = new AbortController();
    this.#lines.closed.then(() => left.abort());
    this.#lines.onInterrupt = () => this.#interrupt(id);
    const line = new ProgressLine();
    const timer = setInterval(() => this.#passInputOn(id), LOOK_MS);
    try {
      const row = await followJob(this.#app, id, {
        stdout: (bytes) => line.stdout(bytes),
        stderr: (bytes) => line.stderr(bytes),
        look: (row) => line.look(row),
      }, left.signal);
      line.endLine();
      if (!row?.completedAt) say(`The cell goes on as job ${id.slice(0, SHORT_ID)}.\n`);
      else this.#show(row);
      return row;
    } finally {
      clearInterval(timer);
    }
  }

  #show(row: JobRow): void {
    const { cell } = (row.result ?? {}) as Partial<CellResult>;
    // Others may have run cells in between.
    if (cell !== undefined) this.#next = cell;
    const out = this.#paint.red(`Out[${this.#next}]: `);
    sayEndOfCell(row, this.#app.jobs.files(row.id)?.artifacts, out);
    this.#next++;
  }

  /** Lines go to a cell that waits for them; until then they are typed ahead. */
  async #passInputOn(id: string): Promise<void> {
    if (!this.#app.jobs.files(id)?.takesInput) return;
    for (let line; (line = this.#lines.take()) !== undefined;) {
      // One that takes no more has ended.
      await sendInput(this.#app, id, `${line}\n`, false).catch(() => {});
    }
  }

  #interrupt(id: string): void {
    say("^C\n");
    // What comes of it, its end tells.
    this.#app.jobs.cancel(id).catch(() => {});
  }
}
