import { partNode } from "./cell_view.js";
import { button, byId, el } from "./dom.js";
import { askJson, NotLetIn } from "./server.js";
import { SessionHead } from "./session_head.js";

/** How near to its end a page counts as being there; pixels. */
const NEAR_END = 60;

/** @typedef {import("./session_list.js").Session} Session */
/** @typedef {import("./cell_view.js").Part} Part */

/** A session with its cells. */
export class SessionView {
  /**
   * @param {string} name
   * @param {{ back: () => void, act: (name: string, action: "end" | "interrupt") => void }} actions
   */
  constructor(name, { back, act }) {
    this.name = name;
    this.isStale = false;
    /** @type {Promise<void> | undefined} */
    this.loading = undefined;
    /** What is shown of each part, so that only what changes is drawn anew. @type {string[]} */
    this.shown = [];
    this.head = new SessionHead(name, act);
    this.omitted = el("p", { className: "notice plain", attributes: { hidden: true } });
    this.cells = el("div", { className: "cells", attributes: { id: "cells" } });
    byId("detail").replaceChildren(
      button("← All jobs", back, { attributes: { id: "back" } }),
      this.head.node,
      this.omitted,
      this.cells,
    );
    this.load();
  }

  close() {
    this.closed = true;
  }

  /** Loads it anew. However often that is wanted meanwhile, it is done once more. */
  load() {
    this.isStale = true;
    return this.loading ??= this.loadWhileStale();
  }

  async loadWhileStale() {
    try {
      while (this.isStale && !this.closed) {
        this.isStale = false;
        const detail = await askJson(`/api/sessions/${encodeURIComponent(this.name)}`);
        if (!this.closed) this.show(detail);
      }
    } catch (error) {
      // That the server cannot be reached, the page says; what is shown stays.
      if (error instanceof TypeError || error instanceof NotLetIn) return;
      if (this.closed || !(error instanceof Error)) return;
      byId("detail").replaceChildren(el("p", { className: "empty", text: error.message }));
    } finally {
      this.loading = undefined;
    }
  }

  /**
   * @param {{ session?: Session, python?: string, packages: string[], omitted: number, parts: Part[],
   *   running?: Part }} detail
   */
  show({ session, python, packages, omitted, parts, running }) {
    const detail = byId("detail");
    const wasAtEnd = this.shown.length === 0 ||
      detail.scrollHeight - detail.scrollTop - detail.clientHeight < NEAR_END;
    if (session) this.head.show(session, python, packages);
    this.omitted.hidden = omitted === 0;
    this.omitted.textContent = `${omitted} older cells are in the notebook.`;
    const all = running ? [...parts, running] : parts;
    const texts = all.map((part) => JSON.stringify(part));
    all.forEach((part, at) => {
      if (texts[at] === this.shown[at]) return;
      const node = partNode(part);
      const old = this.cells.children[at];
      if (old) old.replaceWith(node);
      else this.cells.append(node);
    });
    while (this.cells.children.length > Math.max(all.length, 0)) this.cells.lastChild?.remove();
    this.shown = texts;
    if (all.length === 0) {
      this.cells.append(el("p", { className: "empty", text: "No cell has run yet." }));
    }
    if (wasAtEnd) detail.scrollTop = detail.scrollHeight;
  }
}
