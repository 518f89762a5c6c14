import { button, el } from "./dom.js";

/** @typedef {"stdout" | "stderr"} StreamName */

/** @type {readonly StreamName[]} */
export const STREAMS = ["stdout", "stderr"];

/** How near to its end the text counts as being there; pixels. */
const NEAR_END = 24;

/**
 * Where output is shown: a tab for each stream, and a text that follows its end until the reader
 * scrolls up.
 */
export class OutputPane {
  /**
   * @param {{ shown: (name: StreamName) => void, resumed: () => void }} listeners `shown` when
   *   another stream was chosen, `resumed` when the end is followed again.
   */
  constructor({ shown, resumed }) {
    this.shown = shown;
    this.resumed = resumed;
    /** @type {StreamName} */
    this.name = "stdout";
    this.follows = true;
    this.pre = el("pre", {
      attributes: { id: "output", tabindex: 0, role: "tabpanel", "aria-label": "Output" },
      on: { scroll: () => this.scrolled() },
    });
    this.tabs = STREAMS.map((name) =>
      button(name, () => this.show(name), {
        attributes: { role: "tab", id: `tab-${name}`, "aria-controls": "output" },
      })
    );
    this.resume = button("Follow", () => this.follow(), { attributes: { id: "resume" } });
    this.tools = el("div", { className: "output-tools" });
    this.section = el(
      "section",
      { attributes: { "aria-label": "Output" } },
      el(
        "div",
        { className: "bar-line" },
        el("h3", { text: "Output" }),
        el(
          "div",
          {
            attributes: { role: "tablist", "aria-label": "Stream" },
            on: { keydown: (event) => this.turn(/** @type {KeyboardEvent} */ (event)) },
          },
          ...this.tabs,
        ),
        this.tools,
      ),
      el("div", { className: "output-box" }, this.pre, this.resume),
    );
    this.mark();
  }

  /** Left and right go to the other tab, as in every list of tabs. @param {KeyboardEvent} event */
  turn({ key }) {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    const at = 1 - STREAMS.indexOf(this.name);
    this.show(STREAMS[at] ?? "stdout");
    this.tabs[at]?.focus();
  }

  /** @param {StreamName} name */
  show(name) {
    if (name === this.name) return;
    this.name = name;
    this.follows = true;
    this.mark();
    this.shown(name);
  }

  mark() {
    for (const [index, tab] of this.tabs.entries()) {
      const chosen = STREAMS[index] === this.name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) this.pre.setAttribute("aria-labelledby", tab.id);
    }
    this.resume.hidden = this.follows;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.pre;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (atEnd === this.follows) return;
    if (atEnd) return this.follow();
    this.pause();
  }

  pause() {
    this.follows = false;
    this.mark();
  }

  follow() {
    this.follows = true;
    this.mark();
    this.toEnd();
    this.resumed();
  }

  /** Goes to the end, if it is followed. */
  toEnd() {
    if (this.follows) this.pre.scrollTop = this.pre.scrollHeight;
  }
}
