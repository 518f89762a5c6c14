import { byId, el } from "./dom.js";
import { ago } from "./job.js";
import { askJson } from "./server.js";

/**
 * A session as py_sessions lists it, or one that has ended.
 *
 * @typedef {Object} Session
 * @property {string} session
 * @property {"starting" | "idle" | "busy" | "ended"} state
 * @property {string} [reason] Why it has ended.
 * @property {string | null} python_version
 * @property {string} directory
 * @property {string[]} dependencies
 * @property {string | null} started_at
 * @property {string | null} last_used_at
 * @property {number} cells
 * @property {number | null} memory_mb
 */

/** What stands for a state, as for the status of a job. */
const MARKS = {
  starting: ["pending", "…"],
  busy: ["running", "●"],
  idle: ["completed", "○"],
  ended: ["pending", "⊘"],
};

/** The sessions of the home, below the jobs; nothing where there are none. */
export class SessionList {
  /** @param {(name: string) => void} open */
  constructor(open) {
    this.open = open;
    /** @type {string | undefined} */
    this.chosen = undefined;
    /** @type {Session[]} */
    this.sessions = [];
    this.node = byId("sessions");
  }

  async load() {
    try {
      this.show((await askJson("/api/sessions")).sessions);
    } catch {
      // The server is gone, which the page says, or lets nobody in any more.
    }
  }

  /** @param {Session[]} sessions */
  show(sessions) {
    this.sessions = sessions;
    byId("sessions-box").hidden = sessions.length === 0;
    const focused = document.activeElement?.getAttribute("data-session");
    this.node.replaceChildren(...sessions.map((session) => this.row(session)));
    if (focused) this.button(focused)?.focus();
  }

  /** @param {string | undefined} name */
  choose(name) {
    this.chosen = name;
    this.show(this.sessions);
  }

  /** @param {string} name @returns {HTMLButtonElement | null} */
  button(name) {
    return this.node.querySelector(`[data-session="${CSS.escape(name)}"]`);
  }

  /** @param {Session} session */
  row({ session: name, state, cells, last_used_at, memory_mb }) {
    const [className, mark] = MARKS[state];
    const below = [
      state,
      cells === 1 ? "1 cell" : `${cells} cells`,
      last_used_at ? ago(last_used_at) : undefined,
      memory_mb === null ? undefined : `${Math.round(memory_mb)} MB`,
    ].filter(Boolean).join(" · ");
    return el(
      "li",
      {},
      el(
        "button",
        {
          className: "row",
          attributes: {
            type: "button",
            "data-session": name,
            "aria-label": `Session ${name}, ${below}`,
            "aria-current": String(name === this.chosen),
          },
          on: { click: () => this.open(name) },
        },
        el("span", {
          className: `mark ${className}`,
          text: mark,
          attributes: { "aria-hidden": true },
        }),
        el("span", { className: "label", text: name }),
        el("span", { className: "below", text: below }),
      ),
    );
  }
}
