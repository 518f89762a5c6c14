import { button, byId, el } from "./dom.js";
import { JobRow } from "./job_row.js";
import { askJson } from "./server.js";

/** How many jobs are loaded at once; a home may have 10,000. */
const PAGE_SIZE = 100;
const TYPING_MS = 150;

/** @typedef {import("./job.js").Job} Job */

/** The jobs that fit the filters, newest first: as many as the reader asked for. */
export class JobList {
  /** @param {{ open: (id: string) => void, loaded: () => void }} listeners */
  constructor({ open, loaded }) {
    this.open = open;
    this.loaded = loaded;
    /** @type {Map<string, JobRow>} */
    this.rows = new Map();
    /** The status that is shown; empty: all. */
    this.status = "";
    this.pages = 1;
    this.isStale = false;
    /** @type {Promise<void> | undefined} */
    this.loading = undefined;
    /** Where older jobs begin, if there are more. @type {number | undefined} */
    this.next = undefined;
    this.node = byId("list");
    this.search = byId("search", HTMLInputElement);
    this.more = button("Older jobs", () => {
      this.pages++;
      this.load();
    }, { attributes: { id: "more" } });
    this.search.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.filter(this.status), TYPING_MS);
    });
  }

  get text() {
    return this.search.value.trim();
  }

  /** @param {string} status */
  filter(status) {
    this.status = status;
    this.pages = 1;
    return this.load();
  }

  /** Loads what is shown anew. However often that is wanted meanwhile, it is done once more. */
  load() {
    this.isStale = true;
    return this.loading ??= this.loadWhileStale();
  }

  async loadWhileStale() {
    try {
      while (this.isStale) {
        this.isStale = false;
        await this.loadOnce();
      }
    } catch {
      // The server is gone, which the page says, or lets nobody in any more.
    } finally {
      this.loading = undefined;
    }
  }

  async loadOnce() {
    const { status, text } = this;
    /** @type {Job[]} */
    const jobs = [];
    this.next = undefined;
    for (let page = 0; page < this.pages; page++) {
      const query = new URLSearchParams({ limit: String(PAGE_SIZE), status, text });
      if (this.next !== undefined) query.set("before", String(this.next));
      const answer = await askJson(`/api/jobs?${query}`);
      jobs.push(...answer.jobs);
      this.next = answer.next;
      if (this.next === undefined) break;
    }
    const old = this.rows;
    this.rows = new Map();
    for (const job of jobs) {
      const row = old.get(job.id) ?? new JobRow(() => this.open(job.id));
      row.job = job;
      this.rows.set(job.id, row);
    }
    for (const job of jobs) this.fill(job);
    this.place();
    this.loaded();
  }

  place() {
    const items = [...this.rows.values()].map(({ item }) => item);
    if (items.length === 0) items.push(this.empty());
    if (this.next !== undefined) items.push(el("li", {}, this.more));
    // Only what changes is touched: focus and scrolling stay where they are.
    const keep = new Set(items);
    for (const item of [...this.node.children]) {
      if (!keep.has(/** @type {HTMLLIElement} */ (item))) item.remove();
    }
    items.forEach((item, index) => {
      if (this.node.children[index] !== item) {
        this.node.insertBefore(item, this.node.children[index] ?? null);
      }
    });
  }

  empty() {
    if (this.status || this.text) {
      return el("li", { className: "empty", text: "No matching jobs." });
    }
    return el(
      "li",
      { className: "empty" },
      el("p", { text: "There are no jobs yet." }),
      el("p", { text: "A run that takes longer than its budget shows here, and so does" }),
      el("p", {}, el("code", { text: "main.ts run -d script.py" })),
    );
  }

  /** A job has changed. @param {Job} job */
  take(job) {
    const row = this.rows.get(job.id);
    if (!row && this.next !== undefined && Number(job.seq) < this.next) return;
    const fits = (!this.status || this.status === job.status) && this.fitsText(job);
    if (row && fits) this.fill(job);
    else if (row || fits) this.load();
  }

  /** @param {Job} job */
  fitsText({ label, id }) {
    return `${label} ${id}`.toLowerCase().includes(this.text.toLowerCase());
  }

  /** @param {Job} job */
  fill(job) {
    this.rows.get(job.id)?.show(job, job.id === this.chosen, this.labelOf(job.parent_id));
  }

  /** @param {string | undefined} id */
  labelOf(id) {
    return this.job(id)?.label ?? undefined;
  }

  /** @param {string | undefined} id */
  job(id) {
    return id === undefined ? undefined : this.rows.get(id)?.job;
  }

  /** @param {string | undefined} id */
  choose(id) {
    this.rows.get(this.chosen ?? "")?.setChosen(false);
    this.chosen = id;
    this.rows.get(id ?? "")?.setChosen(true);
  }

  /** Moves the focus. @param {number} step */
  move(step) {
    const ids = [...this.rows.keys()];
    const focused = ids.find((id) => this.rows.get(id)?.button === document.activeElement);
    const at = ids.indexOf(focused ?? this.chosen ?? "");
    const next = ids[at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + step))];
    this.focus(next);
  }

  /** @param {string | undefined} id */
  focus(id) {
    const row = this.rows.get(id ?? "")?.button;
    row?.focus();
    row?.scrollIntoView({ block: "nearest" });
  }

  /** Time passes. */
  tick() {
    for (const row of this.rows.values()) row.tick();
  }
}
