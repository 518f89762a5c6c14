import { setClock } from "./clock.js";
import { confirmed } from "./confirm.js";
import { connectDialogs, say } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { isFinal } from "./job.js";
import { JobList } from "./job_list.js";
import { JobView } from "./job_view.js";
import { listenToKeys } from "./keyboard.js";
import { askJson, NotLetIn, post, ServerEvents } from "./server.js";
import { SessionList } from "./session_list.js";
import { SessionView } from "./session_view.js";
import { StatusFilter } from "./status_filter.js";
import { connectTheme } from "./theme.js";

/** @typedef {import("./job.js").Job} Job */

/** @type {JobView | undefined} */
let view;
/** @type {SessionView | undefined} */
let session;
/** What each job was when it was last heard of. @type {Map<string, string>} */
const heard = new Map();

const list = new JobList({
  open: (id) => choose(id, true),
  loaded() {
    const job = list.job(view?.id);
    if (job) view?.update(job);
  },
});
const sessions = new SessionList((name) => chooseSession(name));
const filter = new StatusFilter((status) => list.filter(status));
const events = new ServerEvents({
  hello(data) {
    setClock(data.now);
    byId("home").textContent = data.home;
    filter.show(data.counts);
    list.load();
    view?.load();
    sessions.load();
    session?.load();
  },
  list({ counts }) {
    filter.show(counts);
    list.load();
  },
  /** @param {{ job: Job, counts: Record<string, number> }} news */
  job({ job, counts }) {
    filter.show(counts);
    list.take(job);
    if (view?.id === job.id) view.update(job);
    const before = heard.get(job.id);
    heard.set(job.id, job.status);
    if (before && before !== job.status) byId("news").textContent = `${job.label}: ${job.status}`;
  },
  sessions({ sessions: all, changed }) {
    sessions.show(all);
    if (session && changed.includes(session.name)) session.load();
  },
  usage(data) {
    if (view?.id === data.id) view?.usage.take(data);
  },
}, (live) => {
  byId("connection").className = live ? "live" : "";
  byId("connection").textContent = live ? "live" : "connecting";
  byId("lost").hidden = live;
  byId("lost").textContent = live
    ? ""
    : "The connection to the server is lost. What is shown may be old; trying again…";
});

/**
 * @param {string | undefined} id
 * @param {boolean} [focus]
 */
function choose(id, focus) {
  const before = view?.id;
  document.body.classList.toggle("chosen", id !== undefined);
  if (id !== undefined && id === before) return;
  closeView();
  list.choose(id);
  history.replaceState(null, "", id ? `#job=${id}` : location.pathname);
  if (id === undefined) {
    const text = "Choose a job to see its output, usage and artifacts.";
    byId("detail").replaceChildren(el("p", { className: "empty", text }));
    list.focus(before);
  } else {
    view = new JobView(id, {
      back: () => choose(undefined),
      cancel: cancelJob,
      rerun: rerunJob,
      remove: removeJob,
      open: (id) => choose(id, true),
    });
    if (focus && matchMedia("(max-width: 760px)").matches) byId("detail").focus();
  }
  events.watch(id);
}

/** @param {string} name */
function chooseSession(name) {
  closeView();
  list.choose(undefined);
  document.body.classList.add("chosen");
  history.replaceState(null, "", `#session=${name}`);
  session = new SessionView(name, { back: () => choose(undefined), act: actOnSession });
  sessions.choose(name);
  events.watch(undefined);
}

function closeView() {
  view?.close();
  session?.close();
  view = session = undefined;
  sessions.choose(undefined);
}

/**
 * @param {string} name
 * @param {"end" | "interrupt"} action
 */
async function actOnSession(name, action) {
  const [question, text] = action === "end"
    ? [`End the session ${name}?`, "Its variables are gone then; its cells stay to be seen."]
    : [`Interrupt the cell of ${name}?`, "Its variables are kept."];
  const verb = action === "end" ? "End it" : "Interrupt";
  if (!await confirmed(question, text, verb)) return;
  await attempt(async () => say((await post(`/api/sessions/${name}/${action}`)).message));
}

/** @param {Job} job */
async function cancelJob({ id, label }) {
  const text = "It is stopped, with everything that it started. What it has printed stays.";
  if (!await confirmed(`Cancel ${label}?`, text, "Cancel job")) return;
  say("Cancelling…");
  await attempt(async () => say((await post(`/api/jobs/${id}/cancel`)).message));
}

/** @param {Job} job */
async function rerunJob({ id, label }) {
  const text = "With the same arguments, folder and environment, and the script as it is now.";
  if (!await confirmed(`Run ${label} again?`, text, "Run again")) return;
  await attempt(async () => choose((await post(`/api/jobs/${id}/rerun`)).job_id, true));
}

/** @param {Job} job */
async function removeJob({ id, label }) {
  const text = "Its output and artifacts go with it.";
  if (!await confirmed(`Remove ${label}?`, text, "Remove")) return;
  await attempt(async () => {
    await askJson(`/api/jobs/${id}`, { method: "DELETE" });
    choose(undefined);
    await list.load();
    say("Removed");
  });
}

/** @param {() => Promise<void>} act */
async function attempt(act) {
  try {
    await act();
  } catch (error) {
    if (error instanceof Error && !(error instanceof NotLetIn)) say(error.message);
  }
}

connectTheme();
connectDialogs((choice) =>
  attempt(async () => {
    const answer = await post("/api/prune", choice);
    say(answer.note ?? `${answer.removed} removed, ${answer.remaining} left`);
    await list.load();
    if (view && !list.job(view.id)) view.load();
  })
);
listenToKeys({
  j: () => list.move(1),
  ArrowDown: () => list.move(1),
  k: () => list.move(-1),
  ArrowUp: () => list.move(-1),
  "/": () => list.search.focus(),
  o: () => view?.output.pane.show("stdout"),
  e: () => view?.output.pane.show("stderr"),
  f() {
    const pane = view?.output.pane;
    if (pane?.follows) pane.pause();
    else pane?.follow();
  },
  c: () => view?.job && !isFinal(view.job) && cancelJob(view.job),
  "?": () => byId("help", HTMLDialogElement).showModal(),
  Escape() {
    if (document.activeElement === list.search) list.search.blur();
    else choose(undefined);
  },
});
setInterval(() => {
  list.tick();
  if (view?.job?.status === "running") view.head.tick();
}, 1000);
const asked = new URLSearchParams(location.hash.slice(1));
const askedSession = asked.get("session");
if (askedSession) chooseSession(askedSession);
else choose(asked.get("job") ?? undefined);
