import { el } from "./dom.js";
import { ago, duration, isFinal, MARKS, seconds, share } from "./job.js";

/** @typedef {import("./job.js").Job} Job */

const LONGEST_FOLDER = 20;

/** A job in the list. */
export class JobRow {
  /** @param {() => void} open */
  constructor(open) {
    /** @type {Job | undefined} */
    this.job = undefined;
    /** The job that started it. @type {string | undefined} */
    this.origin = undefined;
    this.words = "";
    this.mark = el("span", { attributes: { "aria-hidden": "true" } });
    this.name = el("span");
    this.args = el("span", { className: "args" });
    this.label = el("span", { className: "label" }, this.name, this.args);
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
    this.name.textContent = job.label;
    // What tells several jobs of one script apart.
    this.args.textContent = job.command?.arguments ? ` ${job.command.arguments}` : "";
    this.origin = job.parent_id && `↳ ${parentLabel ?? job.parent_id.slice(0, 8)}`;
    const part = isFinal(job) ? undefined : share(job);
    this.bar.hidden = part === undefined;
    if (part !== undefined) this.fill.style.width = `${part * 100}%`;
    this.setChosen(isChosen);
    this.tick();
  }

  /** Time passes: both times are told by one look at the clock. */
  tick() {
    const { job } = this;
    if (!job) return;
    const said = isFinal(job) ? job.error : job.progress?.message;
    const below = [job.status, ago(job.created_at), shortFolder(job), this.origin, said]
      .filter(Boolean).join(" · ");
    const time = duration(seconds(job));
    const words = [job.label, job.command?.arguments, below, time].filter(Boolean).join(", ");
    if (words === this.words) return;
    this.words = words;
    this.below.textContent = below;
    this.time.textContent = time;
    this.button.setAttribute("aria-label", words);
  }

  /** @param {boolean} isChosen */
  setChosen(isChosen) {
    this.button.setAttribute("aria-current", String(isChosen));
  }
}

/** The end of a path, with the folder above it where there is room. @param {Job} job */
function shortFolder({ command }) {
  const [parent, name] = command?.folder?.split("/").slice(-2) ?? [];
  if (!name) return undefined;
  const both = `${parent}/${name}`;
  if (both.length <= LONGEST_FOLDER) return both;
  return name.length > LONGEST_FOLDER ? `${name.slice(0, LONGEST_FOLDER - 1)}…` : name;
}
