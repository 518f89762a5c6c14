import { button, el } from "./dom.js";
import { bytes, isFinal } from "./job.js";
import { OutputPane, STREAMS } from "./output_pane.js";
import { askJson, NotLetIn } from "./server.js";

/** How many pieces the page holds, and bytes of each; what it drops can be read again. */
const MOST_PIECES = 16;
const PIECE = 64 * 1024;
/** Whoever is so far behind, in bytes, goes on at the end. */
const FAR_BEHIND = 256 * 1024;

/** @typedef {import("./job.js").Job} Job */
/** @typedef {{ lines: string, rest: string, start: number, cursor: number, more: boolean }} Piece */

/** A job's output: the end of a stream, read on as it grows; what is before it on demand. */
export class OutputLog {
  /** @param {string} id */
  constructor(id) {
    this.id = id;
    this.pane = new OutputPane({
      shown: () => this.restart(),
      resumed: () => this.read(),
    });
    this.earlier = button("Earlier output", () => this.readEarlier().catch(() => {}), {
      attributes: { id: "earlier" },
    });
    this.pane.tools.append(this.earlier);
    this.last = el("span");
    /** @type {{ node: HTMLElement, start: number }[]} */
    this.pieces = [];
    this.reset();
  }

  get section() {
    return this.pane.section;
  }

  /** Begins anew, with the end of the stream. */
  reset() {
    this.clear();
    this.ended = false;
    /** What another stream answers, when it is late, comes to nothing. */
    this.run = {};
    this.reading = false;
  }

  clear() {
    /** Where to read on; `undefined` before the first read. @type {number | undefined} */
    this.cursor = undefined;
    this.start = 0;
    this.pieces = [];
    this.last.textContent = "";
    this.pane.pre.replaceChildren(this.last);
    this.earlier.hidden = true;
  }

  restart() {
    this.reset();
    this.read();
  }

  /** @param {Job} job */
  update(job) {
    const isFirst = this.job === undefined;
    this.job = job;
    for (const [index, tab] of this.pane.tabs.entries()) {
      tab.textContent = `${STREAMS[index]} ${bytes(this.sizeOf(STREAMS[index]))}`;
    }
    const errorsCount = job.status === "failed" || this.sizeOf("stdout") === 0;
    if (isFirst && errorsCount && this.sizeOf("stderr") > 0) return this.pane.show("stderr");
    this.read();
  }

  /** @param {import("./output_pane.js").StreamName} [name] */
  sizeOf(name = this.pane.name) {
    return this.job?.[`${name}_bytes`] ?? 0;
  }

  /** Reads what is new, unless the reader is further up: nothing moves away from under their eyes. */
  async read() {
    if (!this.job) return;
    const behind = this.sizeOf() - (this.cursor ?? 0);
    this.pane.resume.textContent = behind > 0 ? `Follow ↓ ${bytes(behind)} more` : "Follow ↓";
    if (this.reading || (this.cursor !== undefined && !this.pane.follows)) return;
    if (this.cursor !== undefined && behind <= 0 && this.ended === isFinal(this.job)) return;
    const { run } = this;
    this.reading = true;
    try {
      for (let more = true; more && this.pane.follows;) {
        const ended = isFinal(this.job);
        if (this.sizeOf() - (this.cursor ?? Infinity) > FAR_BEHIND) this.clear();
        const piece = await this.ask(this.cursor === undefined ? {} : { cursor: this.cursor });
        if (run !== this.run) return;
        this.append(piece);
        this.ended = ended;
        more = piece.more || this.sizeOf() > piece.seen || isFinal(this.job) !== ended;
      }
    } catch (error) {
      if (run === this.run && error instanceof Error && !(error instanceof NotLetIn)) {
        this.last.textContent = error.message;
      }
    } finally {
      if (run === this.run) this.reading = false;
    }
  }

  /**
   * @param {{ cursor?: number, before?: number }} place
   * @returns {Promise<Piece & { seen: number }>} `seen`: the size of the stream by then.
   */
  async ask(place) {
    const seen = this.sizeOf();
    const query = new URLSearchParams(Object.entries(place).map(([key, at]) => [key, String(at)]));
    const piece = await askJson(`/api/jobs/${this.id}/output/${this.pane.name}?${query}`);
    return { ...piece, seen };
  }

  /** @param {Piece} piece */
  append({ lines, rest, start, cursor }) {
    if (this.cursor === undefined) this.start = start;
    this.cursor = cursor;
    if (lines) this.extend(lines, start, cursor);
    const isEmpty = cursor === 0 && rest === "" && this.job && isFinal(this.job);
    this.last.textContent = isEmpty ? "(nothing was printed)" : rest;
    while (this.pieces.length > MOST_PIECES) {
      this.pieces.shift()?.node.remove();
      this.start = this.pieces[0]?.start ?? cursor;
    }
    this.earlier.hidden = this.start === 0;
    this.pane.toEnd();
  }

  /**
   * @param {string} lines
   * @param {number} start
   * @param {number} cursor
   */
  extend(lines, start, cursor) {
    const last = this.pieces.at(-1);
    if (last && cursor - last.start <= PIECE) return last.node.append(lines);
    const node = el("span", { text: lines });
    this.last.before(node);
    this.pieces.push({ node, start });
  }

  async readEarlier() {
    const { run } = this;
    this.pane.pause();
    const { lines, start } = await this.ask({ before: this.start });
    if (run !== this.run) return;
    const { pre } = this.pane;
    const height = pre.scrollHeight;
    const node = el("span", { text: lines });
    pre.prepend(node);
    this.pieces.unshift({ node, start });
    this.start = start;
    this.earlier.hidden = start === 0;
    pre.scrollTop += pre.scrollHeight - height;
    if (this.pieces.length <= MOST_PIECES) return;
    // The end makes room; following it again reads it again.
    const dropped = this.pieces.pop();
    dropped?.node.remove();
    this.cursor = dropped?.start;
    this.last.textContent = "";
  }
}
