import { el } from "./dom.js";
import { share } from "./job.js";

/** How far a job is, as a bar and in words. */
export class ProgressBar {
  constructor() {
    this.fill = el("div");
    this.bar = el("div", {
      className: "bar",
      attributes: {
        role: "progressbar",
        "aria-label": "Progress",
        "aria-valuemin": 0,
        "aria-valuemax": 100,
      },
    }, this.fill);
    this.words = el("p");
    this.node = el("div", { className: "progress" }, this.bar, this.words);
  }

  /** @param {import("./job.js").Job | undefined} job */
  show(job) {
    this.node.hidden = !job?.progress;
    if (!job?.progress) return;
    const { current, total, message } = job.progress;
    const part = share(job);
    const words = [
      total ? `${current} of ${total}` : current || undefined,
      part === undefined ? undefined : `${Math.floor(part * 100)} %`,
      message,
    ].filter(Boolean).join(" · ");
    this.words.textContent = words;
    this.bar.hidden = part === undefined;
    if (part === undefined) return;
    this.fill.style.width = `${part * 100}%`;
    this.bar.setAttribute("aria-valuenow", String(Math.floor(part * 100)));
    this.bar.setAttribute("aria-valuetext", words);
  }
}
