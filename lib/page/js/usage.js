import { Chart } from "./chart.js";
import { el } from "./dom.js";
import { bytes, isFinal } from "./job.js";

const MOST_SAMPLES = 300;
const LEAST_MEMORY = 16 << 20;

/** @typedef {{ at: number, cpu: number, memory: number, processes: number }} Sample */

/** The CPU and memory of a job while it runs. */
export class Usage {
  constructor() {
    /** @type {Sample[]} */
    this.samples = [];
    this.cpu = new Chart("CPU", "cpu", (value) => `${Math.round(value)} %`, wholeProcessors);
    this.memory = new Chart("Memory", "memory", bytes, powerOfTwo);
    this.note = el("p", { className: "notice plain", attributes: { hidden: true } });
    this.charts = el("div", { className: "charts" }, this.cpu.node, this.memory.node);
    this.section = el(
      "section",
      { attributes: { "aria-label": "Usage", id: "usage", hidden: true } },
      el("div", { className: "bar-line" }, el("h3", { text: "Usage" })),
      this.note,
      this.charts,
    );
  }

  /** @param {import("./job.js").Job} job */
  update(job) {
    this.section.hidden = isFinal(job) ? this.samples.length < 2 : job.status !== "running";
  }

  /** @param {{ samples?: Sample[], unavailable?: string }} news */
  take({ samples = [], unavailable }) {
    if (unavailable) {
      this.note.textContent = unavailable;
      this.note.hidden = false;
      this.charts.hidden = true;
      return;
    }
    const last = this.samples.at(-1)?.at ?? 0;
    this.samples.push(...samples.filter(({ at }) => at > last));
    this.samples = this.samples.slice(-MOST_SAMPLES);
    this.cpu.draw(this.samples.map(({ at, cpu }) => [at, cpu]));
    this.memory.draw(this.samples.map(({ at, memory }) => [at, memory]));
  }
}

/** 100 % are one processor. @param {number} peak */
function wholeProcessors(peak) {
  return Math.max(100, Math.ceil(peak / 100) * 100);
}

/** @param {number} peak */
function powerOfTwo(peak) {
  return Math.max(LEAST_MEMORY, 2 ** Math.ceil(Math.log2(Math.max(1, peak))));
}
