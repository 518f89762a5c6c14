import { el } from "./dom.js";
import { ago, duration, isFinal, MARKS, seconds, share } from "./job.js";

/** @typedef {import("./job.js").Job} Job */

/** A job in the list. */
export class JobRow {
  /** @param {() => void} open */
  constructor(open) {
    /** @type {Job | undefined} */
    this.job = undefined;
    this.mark = el("span", { attributes: { "aria-hidden": "true" } });
    this.label = el("span", { className: "label" });
    this.time = el("span", { className: "time" });
    this.below = el("span", { className: "below" });
    this.fill = el("div");
    this.bar = el("div", { className: "bar" }, this.fill);
    this.button = el(
      "button",
      { className: "row", attributes: { type: "button" }, on: { click: open } },
      this.mark,
      this.label,
      this.time,
      this.below,
      this.bar,
    );
    this.item = el("li", {}, this.button);
  }

  /**
   * @param {Job} job
   * @param {boolean} isChosen
   * @param {string} [parentLabel]
   */
  show(job, isChosen, parentLabel) {
    this.job = job;
    this.mark.className = `mark ${job.status}`;
    this.mark.textContent = MARKS[job.status];
    this.label.textContent = job.label;
    const said = isFinal(job) ? job.error : job.progress?.message;
    const origin = job.parent_id && `↳ ${parentLabel ?? job.parent_id.slice(0, 8)}`;
    this.below.textContent = [job.status, ago(job.created_at), origin, said]
      .filter(Boolean).join(" · ");
    const part = isFinal(job) ? undefined : share(job);
    this.bar.hidden = part === undefined;
    if (part !== undefined) this.fill.style.width = `${part * 100}%`;
    this.setChosen(isChosen);
    this.tick();
  }

  /** Time passes. */
  tick() {
    if (!this.job) return;
    this.time.textContent = duration(seconds(this.job));
    const words = [this.job.label, this.below.textContent, this.time.textContent];
    this.button.setAttribute("aria-label", words.filter(Boolean).join(", "));
  }

  /** @param {boolean} isChosen */
  setChosen(isChosen) {
    this.button.setAttribute("aria-current", String(isChosen));
  }
}
