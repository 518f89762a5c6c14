import { el } from "./dom.js";
import { duration } from "./job.js";

/**
 * What a cell printed or showed.
 *
 * @typedef {{ kind: "text" | "error" | "picture", text: string, src?: string }} Output
 */

/**
 * A cell, or the place where the session died; `status` is absent while it runs.
 *
 * @typedef {Object} Part
 * @property {number} [cell]
 * @property {string} [code]
 * @property {"completed" | "failed" | "cancelled"} [status]
 * @property {number} [elapsed_seconds]
 * @property {Output[]} [outputs]
 * @property {string} [reason] How the session died.
 */

/** A part of a session, as a notebook shows it. @param {Part} part */
export function partNode(part) {
  if (part.reason !== undefined) {
    const text = `The session died here: ${part.reason}. Its variables were gone.`;
    return el("p", { className: "notice failed", text });
  }
  const { cell, code = "", status, elapsed_seconds, outputs = [] } = part;
  const isRunning = status === undefined;
  return el(
    "section",
    { className: "cell", attributes: { "aria-label": `Cell ${cell}` } },
    el(
      "div",
      { className: "gutter" },
      el("span", { text: `[${isRunning ? "*" : cell}]` }),
      el("span", {
        className: `time ${status ?? "running"}`,
        text: isRunning
          ? "running"
          : status === "cancelled"
          ? "interrupted"
          : duration(elapsed_seconds),
      }),
    ),
    el(
      "div",
      { className: "body" },
      el("pre", { className: "code", text: code, attributes: { tabindex: 0 } }),
      ...outputs.map(outputNode),
    ),
  );
}

/** @param {Output} output */
function outputNode({ kind, text, src }) {
  if (kind === "picture") return el("img", { attributes: { src, alt: text } });
  return el("pre", { className: `printed ${kind}`, text, attributes: { tabindex: 0 } });
}
