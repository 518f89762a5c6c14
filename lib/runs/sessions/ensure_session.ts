import { isAbsolute } from "node:path";
import { pause } from "../../base/pause.ts";
import { resolvePath } from "../../base/resolve_path.ts";
import { UserError } from "../../base/user_error.ts";
import {
  type AskedSession,
  type SessionEnd,
  SessionFiles,
  type SessionRecord,
} from "../../jobs/files/session_files.ts";
import { isPythonPath } from "../../python/interpreters/python_at_path.ts";
import type { App } from "../app.ts";
import { sandboxLevelOf } from "../run/sandbox_level_of.ts";
import { checkFits } from "./check_fits.ts";
import { knownSession, rememberSession } from "./known_sessions.ts";
import { planSession } from "./plan_session.ts";
import type { CellOptions } from "./session_options.ts";

/** A session that lives, and what its caller should know of its start. */
export interface LivingSession {
  record: SessionRecord;
  /** This call has started it. */
  isFresh: boolean;
  note?: string;
}

const TRIES = 5;
const LOOK_MS = 20;
/** How long a session that is being started may take to say what it is. */
const START_MS = 3000;

type Wish = Pick<
  CellOptions,
  | "session"
  | "directory"
  | "pythonVersion"
  | "useUv"
  | "envVars"
  | "envFile"
  | "memoryMb"
  | "sandbox"
  | "dependencies"
>;

/**
 * The session of this name, started where none lives.
 *
 * @param progressFile what is told of its preparation
 * @throws UserError when it lives as something else than what is asked for, or cannot be started
 */
export async function ensureSession(
  app: App,
  wish: Wish,
  progressFile: string,
): Promise<LivingSession> {
  const files = new SessionFiles(app.jobs.home, wish.session);
  const known = knownSession(app, files);
  if (known) {
    await checkFits(app, known, wish);
    return { record: known, isFresh: false };
  }
  for (let tries = 0; tries < TRIES; tries++) {
    if (files.lives) {
      const stamp = files.recordStamp;
      const record = await recordOf(files);
      if (!record) continue;
      rememberSession(app, record, stamp);
      await checkFits(app, record, wish);
      return { record, isFresh: false };
    }
    const started = await start(app, files, wish, progressFile);
    if (started) return started;
  }
  throw new UserError(
    `The session ${wish.session} could not be started: each time it was tried, it ended at once, or what ` +
      "was to start it did. Try again, or use another `session` name.",
  );
}

async function recordOf(files: SessionFiles): Promise<SessionRecord | undefined> {
  for (const until = performance.now() + START_MS; performance.now() < until;) {
    const { record, state } = files;
    if (record && state?.id === record.id) return record;
    if (!files.lives) return undefined;
    await pause(LOOK_MS);
  }
  return undefined;
}

/** `undefined` where somebody else has just started it, or the launcher died. */
async function start(
  app: App,
  files: SessionFiles,
  wish: Wish,
  progressFile: string,
): Promise<LivingSession | undefined> {
  const { record: before } = files;
  const end = before && (files.ended ?? KILLED);
  // One that could not start, or ran nothing, had nothing to lose.
  const cells = end?.cell ?? files.state?.cells ?? 0;
  const lost = end?.died && cells > 0 ? before : undefined;
  checkCount(app, files);
  if (lost) requireSecrets(lost, wish);
  const asked = askedOf(app, wish, lost?.asked);
  const dependencies = wish.dependencies ?? lost?.dependencies;
  if (!asked.use_uv && dependencies && dependencies.length > 0) throw installsNothing(files.name);
  if (!lost) files.clear();
  const { spec, note } = await planSession(
    app,
    files,
    { asked, dependencies, envVars: wish.envVars },
    progressFile,
  );
  const answer = await app.jobs.sessions.start(spec);
  if (answer?.error !== undefined) {
    throw new UserError(`The session ${files.name} was not started: ${answer.error}`);
  }
  if (!answer?.started) return undefined;
  const notes = [lost && describeLoss(files, end!), note].filter((one) => one !== undefined);
  return {
    record: spec.record as SessionRecord,
    isFresh: true,
    ...(notes.length > 0 && { note: notes.join(". ") }),
  };
}

const KILLED: SessionEnd = {
  at: 0,
  reason: "its supervisor was killed, or the machine went down",
  died: true,
  cell: null,
};

function describeLoss({ name, transcript }: SessionFiles, { reason }: SessionEnd): string {
  return `This is a fresh session ${name}: the one before has ended (${reason}), and its variables are ` +
    `gone. Its transcript is ${transcript}; py_session_end with action restart and replay true runs it again`;
}

/** @throws UserError when as many live as may */
function checkCount({ jobs, settings }: App, { name }: SessionFiles): void {
  const most = settings.sessions.most;
  const living = SessionFiles.names(jobs.home)
    .filter((one) => one !== name && new SessionFiles(jobs.home, one).lives);
  if (living.length < most) return;
  throw new UserError(
    `Cannot start the session ${name}: ${living.length} live (${
      living.join(", ")
    }), and at most ${most} ` +
      "may (PYTHON_MCP_MAX_SESSIONS). End one with py_session_end, or use one of them.",
  );
}

function requireSecrets({ name, withheld }: SessionRecord, { envVars }: Wish): void {
  const missing = withheld.filter((one) => envVars?.[one] === undefined);
  if (missing.length === 0) return;
  throw new UserError(
    `Cannot start the session ${name} again: the one that ended was given \`env_vars\` (` +
      `${
        missing.join(", ")
      }), whose values are kept nowhere. Give them again, or end the session with ` +
      "py_session_end to start it without.",
  );
}

function askedOf(
  { settings: { cwd, env, sandbox: owners } }: App,
  { directory, pythonVersion, useUv, envFile, memoryMb, sandbox }: Wish,
  before: AskedSession | undefined,
): AskedSession {
  const place = directory === undefined ? before?.directory : resolvePath(directory, cwd, env);
  const base = place ?? cwd;
  const version = pythonVersion !== undefined && isPythonPath(pythonVersion, base)
    ? absolute(pythonVersion, base, env)
    : pythonVersion;
  return {
    directory: place,
    python_version: version ?? before?.python_version,
    use_uv: useUv ?? before?.use_uv ?? true,
    env_file: envFile === undefined ? before?.env_file : resolvePath(envFile, base, env),
    memory_mb: memoryMb ?? before?.memory_mb,
    sandbox: sandboxLevelOf(owners, sandbox, before?.sandbox),
  };
}

function absolute(path: string, base: string, env: Record<string, string>): string {
  return isAbsolute(path) ? path : resolvePath(path, base, env);
}

/** The error for packages that a session without uv is to get. */
export function installsNothing(session: string): UserError {
  return new UserError(
    `Cannot install \`dependencies\` into the session ${session}: with use_uv: false its Python is used as ` +
      "it is. Leave `dependencies` out, or use another session.",
  );
}
