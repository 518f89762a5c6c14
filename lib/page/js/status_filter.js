import { button, byId } from "./dom.js";
import { MARKS } from "./job.js";

/** Buttons that choose a status, each with how many jobs have it. */
export class StatusFilter {
  /** @param {(status: string) => void} choose */
  constructor(choose) {
    this.chosen = "";
    /** @type {Record<string, number>} */
    this.counts = {};
    this.buttons = ["", ...Object.keys(MARKS)].map((status) => ({
      status,
      node: button("", () => {
        this.chosen = status;
        this.show(this.counts);
        choose(status);
      }),
    }));
    byId("filters").append(...this.buttons.map(({ node }) => node));
    this.show({});
  }

  /** @param {Record<string, number>} counts By status. */
  show(counts) {
    this.counts = counts;
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    for (const { status, node } of this.buttons) {
      const count = status ? counts[status] ?? 0 : all;
      node.textContent = `${status || "all"} ${count}`;
      node.setAttribute("aria-pressed", String(status === this.chosen));
      node.hidden = count === 0 && status !== "" && status !== this.chosen;
    }
    document.title = `${counts.running ? `(${counts.running}) ` : ""}Jobs · python-mcp`;
  }
}
