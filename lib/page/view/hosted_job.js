import { Artifacts } from "../js/artifacts.js";
import { confirmed } from "../js/confirm.js";
import { byId } from "../js/dom.js";
import { HostBridge } from "./host_bridge.js";
import { isFinal } from "../js/job.js";
import { JobHead } from "../js/job_head.js";
import { OutputPane } from "../js/output_pane.js";
import { runAsJob } from "./run_as_job.js";

/** How long a question waits for the job's end: longer each time, up to this; seconds. */
const LONGEST_WAIT = 5;
/** How long to wait after a question that failed. */
const RETRY_MS = 3000;

/** @typedef {import("../js/job.js").Job} Job */

/** The view of one job in a host: from the results of tools, and asked for anew while it runs. */
class HostedJob {
  constructor() {
    this.label = "Python";
    this.bridge = new HostBridge(parent, {
      "ui/notifications/tool-input": (params) =>
        this.label = params.arguments?.job_label ?? this.label,
      "ui/notifications/tool-result": (params) => this.take(params),
      "ui/notifications/tool-cancelled": () => this.say("The call was cancelled."),
      "ui/notifications/host-context-changed": (context) => this.setTheme(context),
      "ui/resource-teardown": () => this.closed = true,
    });
    this.pane = new OutputPane({ shown: () => this.showOutput(), resumed: () => {} });
  }

  async start() {
    this.setTheme(await this.bridge.connect());
    const { serverTools, serverResources } = this.bridge.capabilities;
    this.mayAsk = serverTools !== undefined;
    this.head = new JobHead(this.mayAsk ? { cancel: (job) => this.cancel(job) } : {});
    this.artifacts = new Artifacts(
      serverResources === undefined ? {} : {
        url: (artifact) => this.picture(artifact),
        excerpt: async ({ uri }) =>
          (await this.bridge.readResource(uri)).text?.slice(0, 4096) ?? "",
      },
    );
    byId("job").replaceChildren(this.head.node, this.pane.section, this.artifacts.section);
    const size = new ResizeObserver(() => {
      const { scrollHeight: height } = document.body;
      this.bridge.notify("ui/notifications/size-changed", { height });
    });
    size.observe(document.body);
    if (this.result) this.take(this.result);
  }

  /** @param {{ theme?: string }} context */
  setTheme({ theme }) {
    if (theme) document.documentElement.dataset.theme = theme;
  }

  /** A tool has answered. @param {any} result Of `tools/call`. */
  take(result) {
    // It may come before the host has said what it can do.
    this.result = result;
    if (!this.head) return;
    const answer = answerOf(result);
    if (answer.error) return this.say(answer.error);
    if (answer.job) return this.show(answer.job);
    if (answer.job_id) {
      this.say(answer.message ?? "");
      if (this.mayAsk) this.refresh(answer.job_id);
    } else if (answer.elapsed_seconds !== undefined) this.show(runAsJob(answer, this.label));
  }

  /** @param {Job} job */
  show(job) {
    const isFirst = this.job === undefined;
    this.job = job;
    this.say("");
    // Why it failed is there.
    if (isFirst && job.status === "failed" && job.result?.stderr) this.pane.show("stderr");
    this.head?.show(job);
    this.showOutput();
    this.artifacts?.show(job.result?.artifacts ?? []);
    if (!isFinal(job) && this.mayAsk && !this.asking) this.refresh(job.id);
  }

  showOutput() {
    const { name, pre } = this.pane;
    const text = this.job?.[`partial_${name}`] ?? this.job?.result?.[name] ?? "";
    if (pre.textContent === text) return;
    pre.textContent = text;
    this.pane.toEnd();
  }

  /** Asks for the job until it has ended. @param {string} id */
  async refresh(id) {
    if (this.asking) return;
    this.asking = true;
    try {
      let wait_seconds = 0;
      for (let ended = false; !ended && !this.closed;) {
        try {
          const input = { job_id: id, wait_seconds };
          const { job, error } = answerOf(await this.bridge.callTool("py_job_status", input));
          if (error) return this.say(error);
          this.show(job);
          ended = isFinal(job);
          wait_seconds = Math.min(LONGEST_WAIT, wait_seconds + 1);
        } catch (error) {
          this.say(`This may be out of date: ${error instanceof Error ? error.message : error}`);
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    } finally {
      this.asking = false;
    }
  }

  /** @param {Job} job */
  async cancel({ id, label }) {
    const text = "It is stopped, with everything that it started. What it has printed stays.";
    if (!await confirmed(`Cancel ${label}?`, text, "Cancel job")) return;
    try {
      const { error } = answerOf(await this.bridge.callTool("py_cancel_job", { job_id: id }));
      if (error) this.say(error);
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {import("../js/job.js").Artifact} artifact */
  async picture({ uri, mime_type }) {
    const { blob, text } = await this.bridge.readResource(uri);
    // Views may show pictures from `data:` addresses only.
    if (blob !== undefined) return `data:${mime_type};base64,${blob}`;
    return `data:${mime_type},${encodeURIComponent(text ?? "")}`;
  }

  /** @param {string} text */
  say(text) {
    byId("message").textContent = text;
  }
}

/** The JSON of a tool's answer; its text holds the same. @param {any} result @returns {any} */
function answerOf({ structuredContent, content }) {
  if (structuredContent) return structuredContent;
  const text = content?.find((/** @type {any} */ block) => block.type === "text")?.text ?? "";
  try {
    return JSON.parse(text);
  } catch {
    return { error: text };
  }
}

const hosted = new HostedJob();
hosted.start();
setInterval(() => hosted.job?.status === "running" && hosted.head?.tick(), 1000);
