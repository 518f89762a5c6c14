import { button, el } from "./dom.js";
import { bytes, duration, isFinal, MARKS, seconds, when } from "./job.js";
import { ProgressBar } from "./progress_bar.js";

/** @typedef {import("./job.js").Job} Job */

/**
 * What can be done with the job; what is absent is not offered.
 *
 * @typedef {Object} JobActions
 * @property {(job: Job) => void} [cancel]
 * @property {(job: Job) => void} [rerun]
 * @property {(job: Job) => void} [remove]
 * @property {(line: number) => void} [showLine]
 * @property {(id: string) => void} [open]
 */

/** As in the styles: where the list and a job do not fit side by side. */
const NARROW = matchMedia("(max-width: 760px)");

/** Facts that may be long. */
const WIDE = ["Command", "Folder", "Interpreter", "Variables given"];

/** What a job is and how it fares. Its elements stay, so that focus does; their text changes. */
export class JobHead {
  /** @param {JobActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.title = el("h2");
    this.pill = el("span", { attributes: { id: "status" } });
    this.cancel = button("Cancel job", () => this.job && actions.cancel?.(this.job), {
      className: "danger",
      attributes: { id: "cancel" },
    });
    this.remove = button("Remove", () => this.job && actions.remove?.(this.job));
    this.rerun = button("Run again", () => this.job && actions.rerun?.(this.job));
    this.buttons = el("div", { className: "actions" }, this.cancel, this.rerun, this.remove);
    this.parent = button("", () => this.job?.parent_id && actions.open?.(this.job.parent_id), {
      className: "link",
      attributes: { id: "parent" },
    });
    this.origin = el("p", { className: "origin", text: "Started by " }, this.parent);
    this.progress = new ProgressBar();
    this.error = el("span");
    this.line = button(
      "",
      () => this.job?.failed_line && actions.showLine?.(this.job.failed_line),
      {
        className: "link",
        attributes: { id: "failed-line" },
      },
    );
    this.failure = el("p", { className: "notice failed" }, this.error, this.line);
    this.note = el("p", { className: "notice plain" });
    this.time = el("dd", { attributes: { id: "duration" } });
    this.facts = el("dl");
    this.brief = el("summary");
    this.details = el("details", { className: "facts" }, this.brief, this.facts);
    // On a phone, output and plots come first.
    this.details.open = !NARROW.matches;
    this.node = el(
      "div",
      {},
      el("div", { className: "title" }, this.title, this.pill, this.buttons),
      this.origin,
      this.progress.node,
      this.failure,
      this.note,
      this.details,
    );
  }

  /**
   * @param {Job} job
   * @param {string} [parentLabel]
   */
  show(job, parentLabel) {
    this.job = job;
    const ended = isFinal(job);
    this.title.textContent = job.label;
    this.pill.className = `pill ${job.status}`;
    const mark = el("span", { text: MARKS[job.status], attributes: { "aria-hidden": "true" } });
    this.pill.replaceChildren(mark, job.status);
    // The button that goes must not take the focus along.
    const hadFocus = this.buttons.contains(document.activeElement);
    this.cancel.hidden = ended || !this.actions.cancel;
    this.rerun.hidden = !ended || !this.actions.rerun || !job.command;
    this.remove.hidden = !ended || !this.actions.remove;
    if (hadFocus) (ended ? this.remove : this.cancel).focus({ preventScroll: true });
    this.origin.hidden = !job.parent_id;
    this.parent.textContent = parentLabel ?? job.parent_id ?? "";
    this.progress.show(job.status === "completed" ? undefined : job);
    this.failure.hidden = !job.error;
    this.error.textContent = job.error;
    this.line.hidden = !job.failed_line || !this.actions.showLine;
    this.line.textContent = `line ${job.failed_line}`;
    this.note.hidden = !job.result?.note;
    this.note.textContent = job.result?.note;
    this.showFacts(job);
  }

  /** Time passes. */
  tick() {
    if (!this.job) return;
    const time = duration(seconds(this.job)) || "not started";
    this.time.textContent = time;
    this.brief.textContent = `Details · ${time} · ${when(this.job.created_at)}`;
  }

  /** @param {Job} job */
  showFacts(job) {
    const result = job.result ?? {};
    this.tick();
    const code = (/** @type {string | undefined} */ text) =>
      text ? el("dd", { className: "code", text }) : undefined;
    /** @type {[string, Node | string | undefined][]} */
    const facts = [
      ["Duration", this.time],
      ["Created", when(job.created_at)],
      ["Exit code", result.exit_code ?? undefined],
      ["Signal", result.signal],
      ["Python", result.python_version_used],
      ["Packages", result.resolved_dependencies?.join(", ") || undefined],
      ["CPU time", job.cpu_seconds === undefined ? undefined : duration(job.cpu_seconds)],
      ["Peak memory", job.peak_rss_bytes ? bytes(job.peak_rss_bytes) : undefined],
      ["Started by", code(job.tool && breakable(job.tool))],
      ["Id", code(job.id)],
      ["Command", code(job.command && commandText(job.command))],
      ["Folder", code(job.command?.folder)],
      ["Interpreter", code(job.interpreter)],
      ["Variables given", code(job.variables?.join(", "))],
    ];
    this.facts.replaceChildren(
      ...facts.filter(([, value]) => value !== undefined).map(([name, value]) =>
        el(
          "div",
          { className: WIDE.includes(name) ? "wide" : "" },
          el("dt", { text: name }),
          value instanceof Node ? value : el("dd", { text: String(value) }),
        )
      ),
    );
  }
}

/** @param {import("./job.js").Command} command */
function commandText({ script, arguments: args }) {
  return `python ${script ?? "(inline code)"} ${args}`.trimEnd();
}

/** A name may be broken after its underscores. @param {string} name */
function breakable(name) {
  return name.replaceAll("_", "_\u200b");
}
