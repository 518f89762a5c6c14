import { el } from "./dom.js";
import { bytes } from "./job.js";

/** Larger pictures are not shown, only offered; bytes. */
const LARGEST_PICTURE = 16 << 20;

/** @typedef {import("./job.js").Artifact} Artifact */

/**
 * How artifacts are got; what is absent is not shown.
 *
 * @typedef {Object} ArtifactSource
 * @property {(artifact: Artifact) => string | Promise<string>} [url] What an `<img>` can show.
 * @property {(artifact: Artifact) => Promise<string>} [excerpt] The beginning of a text.
 * @property {(artifact: Artifact) => string} [download] Where it can be saved from.
 */

/** The files that a job left: pictures are shown, of texts the beginning. */
export class Artifacts {
  /** @param {ArtifactSource} source */
  constructor(source) {
    this.source = source;
    this.shown = "";
    this.grid = el("div", { className: "artifacts" });
    this.section = el(
      "section",
      { attributes: { "aria-label": "Artifacts", id: "artifacts", hidden: true } },
      el("div", { className: "bar-line" }, el("h3", { text: "Artifacts" })),
      this.grid,
    );
  }

  /** @param {Artifact[]} artifacts */
  show(artifacts) {
    const shown = JSON.stringify(artifacts);
    if (shown === this.shown) return;
    this.shown = shown;
    this.section.hidden = artifacts.length === 0;
    this.grid.replaceChildren(...artifacts.map((artifact) => this.figure(artifact)));
  }

  /** @param {Artifact} artifact */
  figure(artifact) {
    const { name, size_bytes } = artifact;
    const address = this.source.download?.(artifact);
    const link = address && el("a", {
      text: "Save",
      attributes: { href: address, download: name.split("/").at(-1), "aria-label": `Save ${name}` },
    });
    const figure = el(
      "figure",
      { className: "artifact" },
      el(
        "figcaption",
        {},
        el("span", { text: `${name} · ${bytes(size_bytes)}` }),
        link || undefined,
      ),
    );
    this.preview(artifact).then((node) => node && figure.prepend(node), () => {});
    return figure;
  }

  /** @param {Artifact} artifact */
  async preview(artifact) {
    const { name, size_bytes, mime_type } = artifact;
    const { url, excerpt } = this.source;
    // An SVG in an <img> runs no scripts.
    if (url && mime_type.startsWith("image/") && size_bytes <= LARGEST_PICTURE) {
      return el("img", { attributes: { src: await url(artifact), alt: name } });
    }
    if (excerpt && /^text\/(?!html)|json/.test(mime_type)) {
      const text = await excerpt(artifact);
      return el("pre", { text, attributes: { tabindex: 0, "aria-label": name } });
    }
    return undefined;
  }
}
