import { el } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 40;
/** A chart shows at least so much time; milliseconds. */
const LEAST_SPAN = 60_000;

/** A line over time, with what it is now, its peak, and both axes labelled. */
export class Chart {
  /**
   * @param {string} name
   * @param {string} kind
   * @param {(value: number) => string} format
   * @param {(peak: number) => number} topFor The value at the top of the axis.
   */
  constructor(name, kind, format, topFor) {
    this.name = name;
    this.format = format;
    this.topFor = topFor;
    this.now = el("b", { text: "–" });
    this.peak = el("span", { className: "peak" });
    this.yTop = el("span");
    this.yMiddle = el("span");
    this.xFrom = el("span");
    /** @type {SVGElement} */
    this.svg = document.createElementNS(SVG, "svg");
    for (
      const [key, value] of Object.entries({
        viewBox: `0 0 100 ${HEIGHT}`,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": name,
      })
    ) this.svg.setAttribute(key, value);
    for (const y of [0, HEIGHT / 2, HEIGHT]) this.shape("line", { x1: 0, y1: y, x2: 100, y2: y });
    this.area = this.shape("polygon");
    this.line = this.shape("polyline");
    this.node = el(
      "figure",
      { className: `chart ${kind}` },
      el("figcaption", {}, name, this.now, this.peak),
      el(
        "div",
        { className: "plot" },
        el("div", { className: "y" }, this.yTop, this.yMiddle, el("span", { text: "0" })),
        this.svg,
        el("div", { className: "x" }, this.xFrom, el("span", { text: "now" })),
      ),
    );
  }

  /**
   * @param {string} name
   * @param {Record<string, number>} [attributes]
   */
  shape(name, attributes = {}) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
    return this.svg.appendChild(shape);
  }

  /** @param {[at: number, value: number][]} points Times in milliseconds, in their order. */
  draw(points) {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return;
    const peak = Math.max(...points.map(([, value]) => value));
    const top = this.topFor(peak);
    const span = Math.max(LEAST_SPAN, last[0] - first[0]);
    const x = (/** @type {number} */ at) => (100 - (last[0] - at) / span * 100).toFixed(2);
    const line = points
      .map(([at, value]) => `${x(at)},${(HEIGHT - value / top * HEIGHT).toFixed(2)}`)
      .join(" ");
    this.line.setAttribute("points", line);
    this.area.setAttribute("points", `${x(first[0])},${HEIGHT} ${line} 100,${HEIGHT}`);
    const now = this.format(last[1]);
    this.now.textContent = now;
    this.peak.textContent = `peak ${this.format(peak)}`;
    this.yTop.textContent = this.format(top);
    this.yMiddle.textContent = this.format(top / 2);
    this.xFrom.textContent = span < 2 * LEAST_SPAN
      ? `${Math.round(span / 1000)} s ago`
      : `${Math.round(span / LEAST_SPAN)} min ago`;
    this.svg.setAttribute("aria-label", `${this.name}: now ${now}, peak ${this.format(peak)}`);
  }
}
