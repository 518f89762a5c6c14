import { el } from "./dom.js";
import { bytes } from "./job.js";

/** Larger pictures are not shown, only offered; bytes. */
const LARGEST_PICTURE = 16 << 20;

/** @typedef {import("./job.js").Artifact} Artifact */

/**
 * How artifacts are got.
 *
 * @typedef {Object} ArtifactSource
 * @property {(artifact: Artifact) => string | Promise<string>} url What an `<img>` can show.
 * @property {(artifact: Artifact) => Promise<string>} excerpt The beginning of a text.
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
    const { name, size, mime_type } = artifact;
    const address = this.source.download?.(artifact);
    const link = address && el("a", {
      text: "Save",
      attributes: { href: address, download: name.split("/").at(-1), "aria-label": `Save ${name}` },
    });
    const figure = el(
      "figure",
      { className: "artifact" },
      el("figcaption", {}, el("span", { text: `${name} · ${bytes(size)}` }), link || undefined),
    );
    // An SVG in an <img> runs no scripts.
    if (mime_type.startsWith("image/") && size <= LARGEST_PICTURE) this.picture(figure, artifact);
    else if (/^text\/(?!html)|json/.test(mime_type)) this.excerpt(figure, artifact);
    return figure;
  }

  /**
   * @param {HTMLElement} figure
   * @param {Artifact} artifact
   */
  async picture(figure, artifact) {
    const src = await this.source.url(artifact);
    figure.prepend(el("img", { attributes: { src, alt: artifact.name } }));
  }

  /**
   * @param {HTMLElement} figure
   * @param {Artifact} artifact
   */
  async excerpt(figure, artifact) {
    const text = await this.source.excerpt(artifact);
    figure.prepend(
      el("pre", { text, attributes: { tabindex: 0, "aria-label": artifact.name } }),
    );
  }
}
