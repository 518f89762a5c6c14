import { pause } from "../../base/pause.ts";
import { SessionFiles } from "../../jobs/files/session_files.ts";
import type { App } from "../app.ts";
import type { Caller } from "../caller.ts";
import { ensureSession } from "./ensure_session.ts";
import { noSession } from "./list_sessions.ts";
import { replayCells } from "./replay_cells.ts";
import type { SESSION_ACTIONS } from "./session_actions.ts";
import { requireOwnLevel } from "./require_own_level.ts";
import { checkSessionName } from "./session_options.ts";
import { completedCells } from "./read_transcript.ts";

export interface EndOptions {
  session: string;
  action: typeof SESSION_ACTIONS[number];
  /** After a restart the cells of the transcript run again. */
  replay: boolean;
  /** Who asks; see `CellOptions`. */
  client: string;
}

export interface EndAnswer {
  session: string;
  message: string;
  /** What goes on: the job of the last cell that a replay runs. */
  job_id?: string;
  /** What that replay waits for. */
  note?: string;
}

const LOOK_MS = 20;
const END_MS = 20_000;

/**
 * Ends a session with all that it started, interrupts its cell, or restarts it.
 *
 * @throws UserError when there is no such session
 */
export async function endSession(
  app: App,
  { session, action, replay, client }: EndOptions,
  caller: Caller = {},
): Promise<EndAnswer> {
  const files = new SessionFiles(app.jobs.home, checkSessionName(session));
  requireOwnLevel(app, files);
  const id = files.lives ? files.id : undefined;
  const answer = (message: string) => ({ session, message });
  if (action === "restart") {
    if (id === undefined && !files.record) throw noSession(files);
    const cells = replay ? completedCells(files) : [];
    const restarted = id === undefined
      ? undefined
      : await app.jobs.sessions.ask(id, { restart: true });
    if (!restarted?.restarted) await startAgain(app, files);
    if (!replay) return answer(`Restarted: its variables are gone${kept(files)}`);
    return { session, ...await replayCells(app, { session, client }, cells, caller) };
  }
  if (id === undefined) {
    if (action === "end" && files.record && files.ended?.died !== false) {
      files.settle();
      return answer("It had ended before; the next py_session_run starts a new one");
    }
    throw noSession(files);
  }
  if (action === "interrupt") {
    const found = await app.jobs.sessions.ask(id, { interrupt: true });
    return answer(
      found?.interrupted
        ? `Cell ${found.interrupted} (job ${found.job_id}) was interrupted; the variables are kept. One that ` +
          `does not stop within ${app.settings.sessions.graceSeconds} s is ended with the session`
        : "Nothing to interrupt: no cell runs",
    );
  }
  await app.jobs.sessions.ask(id, { end: true });
  // Another call may have started one of this name meanwhile.
  const lives = () => files.lives && files.id === id;
  for (const until = performance.now() + END_MS; lives() && performance.now() < until;) {
    await pause(LOOK_MS);
  }
  return answer(
    lives()
      ? "It is still being ended: something of it could not be stopped yet"
      : `Ended, with everything that it had started. Its transcript is ${files.transcript}`,
  );
}

/** One that has ended, as it was. */
async function startAgain(app: App, files: SessionFiles): Promise<void> {
  files.startTranscript();
  const { record } = files;
  if (!record) throw noSession(files);
  const { asked, dependencies, name } = record;
  await ensureSession(app, {
    session: name,
    directory: asked.directory,
    pythonVersion: asked.python_version,
    useUv: asked.use_uv,
    envFile: asked.env_file,
    memoryMb: asked.memory_mb,
    sandbox: asked.sandbox,
    dependencies,
  }, "/dev/null");
}

function kept({ previousTranscript }: SessionFiles): string {
  return `. The transcript until here is ${previousTranscript}`;
}
