import { button, el } from "./dom.js";
import { when } from "./job.js";

/** @typedef {import("./session_list.js").Session} Session */

/** What colours a state, as the status of a job. */
const PILLS = { starting: "pending", busy: "running", idle: "completed", ended: "pending" };

/** What a session is, and what can be done with it. */
export class SessionHead {
  /**
   * @param {string} name
   * @param {(name: string, action: "end" | "interrupt") => void} act
   */
  constructor(name, act) {
    this.pill = el("span");
    this.interrupt = button("Interrupt", () => act(name, "interrupt"));
    this.end = button("End", () => act(name, "end"), { className: "danger" });
    this.reason = el("p", { className: "notice plain", attributes: { hidden: true } });
    this.facts = el("dl");
    const notebook = el("a", {
      className: "button",
      text: "Notebook",
      attributes: {
        href: `/api/sessions/${encodeURIComponent(name)}/notebook`,
        download: `${name}.ipynb`,
      },
    });
    this.node = el(
      "div",
      {},
      el(
        "div",
        { className: "title" },
        el("h2", { text: name }),
        this.pill,
        el("div", { className: "actions" }, this.interrupt, this.end, notebook),
      ),
      this.reason,
      this.facts,
    );
  }

  /**
   * @param {Session} session
   * @param {string | undefined} python The interpreter's path.
   * @param {string[]} packages Those that were added to it.
   */
  show(session, python, packages) {
    const { state, reason, directory, started_at, dependencies, memory_mb } = session;
    this.pill.className = `pill ${PILLS[state]}`;
    this.pill.textContent = state;
    this.interrupt.hidden = state !== "busy";
    this.end.hidden = state === "ended";
    this.reason.hidden = reason === undefined;
    this.reason.textContent = `Ended: ${reason}`;
    const all = [...new Set([...dependencies, ...packages])].join(", ");
    this.facts.replaceChildren(
      fact("Python", session.python_version ?? "", python),
      fact("Folder", directory),
      fact("Started", started_at ? when(started_at) : ""),
      ...(memory_mb === null ? [] : [fact("Memory", `${Math.round(memory_mb)} MB`)]),
      ...(all ? [fact("Packages", all)] : []),
    );
  }
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} [title]
 */
function fact(name, value, title) {
  return el("div", {}, el("dt", { text: name }), el("dd", { text: value, attributes: { title } }));
}
