import { el } from "./dom.js";
import { askJson } from "./server.js";

/** The script of a job with its lines numbered, folded until somebody wants to see it. */
export class ScriptView {
  /** @param {string} id The job's. */
  constructor(id) {
    this.id = id;
    /** @type {Promise<void> | undefined} */
    this.loading = undefined;
    this.summary = el("summary", { text: "Script" });
    this.note = el("p", { className: "notice plain", attributes: { hidden: true } });
    this.pre = el("pre", { attributes: { tabindex: 0, "aria-label": "Script" } });
    this.details = el("details", { className: "script" }, this.summary, this.note, this.pre);
    this.details.addEventListener("toggle", () => this.details.open && this.load());
    this.section = el(
      "section",
      { attributes: { "aria-label": "Script", hidden: true } },
      this.details,
    );
  }

  /** @param {string | undefined} name What the fold is called; `undefined`: there is no script. */
  show(name) {
    this.section.hidden = name === undefined;
    this.summary.textContent = `Script · ${name}`;
  }

  load() {
    return this.loading ??= this.loadOnce();
  }

  async loadOnce() {
    try {
      const { text, changed } = await askJson(`/api/jobs/${this.id}/script`);
      if (changed) this.say("The file has changed since this job ran; this is what it is now.");
      const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
      this.pre.replaceChildren(
        ...lines.map((/** @type {string} */ line) =>
          el("span", { className: "line", text: `${line}\n` })
        ),
      );
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} text */
  say(text) {
    this.note.textContent = text;
    this.note.hidden = false;
  }

  /** Opens the script where a line of it is seen. @param {number} number From 1. */
  async open(number) {
    this.details.open = true;
    await this.load();
    const line = this.pre.children[number - 1];
    for (const marked of this.pre.querySelectorAll(".marked")) marked.classList.remove("marked");
    line?.classList.add("marked");
    (line ?? this.pre).scrollIntoView({ block: "center" });
    this.pre.focus({ preventScroll: true });
  }
}
