import { Artifacts } from "./artifacts.js";
import { button, byId, el } from "./dom.js";
import { isFinal } from "./job.js";
import { JobHead } from "./job_head.js";
import { OutputLog } from "./output_log.js";
import { ScriptView } from "./script_view.js";
import { ask, askJson, NotLetIn } from "./server.js";
import { Usage } from "./usage.js";

/** @typedef {import("./job.js").Job} Job */

/** All of one job. */
export class JobView {
  /**
   * @param {string} id
   * @param {import("./job_head.js").JobActions & { back: () => void }} actions
   */
  constructor(id, actions) {
    this.id = id;
    this.script = new ScriptView(id);
    this.head = new JobHead({ ...actions, showLine: (line) => this.script.open(line) });
    this.usage = new Usage();
    this.output = new OutputLog(id);
    this.artifacts = new Artifacts({
      url: (artifact) => this.address(artifact),
      download: (artifact) => this.address(artifact),
      excerpt: async (artifact) => {
        const range = { headers: { Range: "bytes=0-4095" } };
        return await (await ask(this.address(artifact), range)).text();
      },
    });
    byId("detail").replaceChildren(
      button("← All jobs", actions.back, { attributes: { id: "back" } }),
      this.head.node,
      this.usage.section,
      this.output.section,
      this.artifacts.section,
      this.script.section,
    );
    byId("detail").scrollTop = 0;
    this.load();
  }

  get job() {
    return this.head.job;
  }

  close() {
    this.closed = true;
  }

  /** Fetches what the list does not hold: the result, the parent, and which artifacts there are. */
  async load() {
    try {
      const { job, parent, artifacts } = await askJson(`/api/jobs/${this.id}`);
      if (this.closed) return;
      this.detail = job;
      this.parent = parent;
      this.show(job);
      this.artifacts.show(artifacts);
    } catch (error) {
      // That the server cannot be reached, the page says; what is shown stays.
      if (error instanceof TypeError || error instanceof NotLetIn) return;
      if (this.closed || !(error instanceof Error)) return;
      byId("detail").replaceChildren(el("p", { className: "empty", text: error.message }));
    }
  }

  /** @param {Job} job */
  show(job) {
    this.head.show({ ...this.detail, ...job }, this.parent?.label);
    this.script.show(job.command && scriptName(job.command));
    this.usage.update(job);
    this.output.update(job);
  }

  /** The job has changed. @param {Job} job */
  update(job) {
    const ended = this.job && !isFinal(this.job) && isFinal(job);
    this.show(job);
    if (ended) this.load();
  }

  /** @param {import("./job.js").Artifact} artifact */
  address({ name }) {
    return `/api/jobs/${this.id}/artifacts/${name.split("/").map(encodeURIComponent).join("/")}`;
  }
}

/** A module is no one file that could be shown. @param {import("./job.js").Command} command */
function scriptName({ script = "inline code" }) {
  return script.startsWith("-m ") ? undefined : script.split("/").at(-1);
}
