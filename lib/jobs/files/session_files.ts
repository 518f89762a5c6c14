import { join } from "node:path";
import { lookAt, replacePrivate } from "../../base/private_files.ts";
import type { SandboxLevel } from "../../base/sandbox_level.ts";
import { despiteModes, readDespiteModes, whereReadable } from "./despite_modes.ts";
import { isLocked } from "./file_lock.ts";
import type { Home } from "./home.ts";
import { JOB_FILES, SESSION_FILES } from "./names.ts";
import { removeFolder } from "./remove_folder.ts";

/** `session.json`: what a session was asked to be. It holds no secret values. */
export interface SessionRecord extends Record<string, unknown> {
  id: string;
  name: string;
  /** Seconds since 1970. */
  created_at: number;
  /** The working directory. */
  directory: string;
  /** The interpreter. */
  python: string;
  dependencies: string[];
  /** What its first call gave, for a session that takes its place. */
  asked: AskedSession;
  /** The names of variables whose values were given. */
  withheld: string[];
  /** The command of uv that adds packages; none without uv. */
  install?: string[];
}

/** What only the call that starts a session can say; paths are absolute. */
export interface AskedSession {
  directory?: string;
  python_version?: string;
  use_uv: boolean;
  env_file?: string;
  memory_mb?: number;
  /** The level that it has, which its server's owner may have set. */
  sandbox: SandboxLevel;
}

/** `state.json`. */
export interface SessionState {
  id: string;
  state: "starting" | "idle" | "busy";
  /** Seconds since 1970. */
  started_at?: number;
  last_used_at?: number;
  /** How many have begun. */
  cells?: number;
  running?: { cell: number; job_id: string } | null;
  last_job_id?: string | null;
  /** The jobs of the cells that wait, in their order. */
  queued?: string[];
  python_version?: string | null;
  shell?: "ipython" | "plain" | null;
  kernel_pid?: number | null;
  supervisor_pid?: number;
  memory_bytes?: number;
  /** What was added to it while it lived. */
  packages?: string[];
}

/** `ended.json`. */
export interface SessionEnd {
  /** Seconds since 1970. */
  at: number;
  /** As the end of a sentence. */
  reason: string;
  /** Nobody had asked for it: its variables are lost. */
  died: boolean;
  /** How many cells had begun when it died. */
  cell: number | null;
}

/** The most that is read of such a file; bytes. */
const LONGEST_RECORD = 16 << 20;

/** The files of one session's folder. */
export class SessionFiles {
  readonly folder: string;

  constructor(home: Home, readonly name: string) {
    this.folder = join(home.sessions, name);
  }

  /** The names of all that there have been, sorted. */
  static names(home: Home): string[] {
    return [...Deno.readDirSync(home.sessions)].filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => name).sort();
  }

  /** Whether its supervisor lives. */
  get lives(): boolean {
    const look = () => isLocked(join(this.folder, JOB_FILES.lock));
    return whereReadable(() => despiteModes(this.folder, look), false);
  }

  /** The id of the session that has, or had, this name. */
  get id(): string | undefined {
    return this.record?.id ?? this.state?.id;
  }

  get record(): SessionRecord | undefined {
    const found = this.#read<SessionRecord>(SESSION_FILES.sessionRecord);
    return isRecord(found) ? found : undefined;
  }

  /** Tells the file of the record from one that has taken its place. */
  get recordStamp(): string {
    const info = lookAt(join(this.folder, SESSION_FILES.sessionRecord));
    return `${info?.ino} ${info?.size} ${info?.mtime?.getTime()}`;
  }

  get state(): SessionState | undefined {
    const found = this.#read<SessionState>(SESSION_FILES.sessionState);
    return isState(found) ? found : undefined;
  }

  get ended(): SessionEnd | undefined {
    const found = this.#read<SessionEnd>(SESSION_FILES.sessionEnded);
    return isEnd(found) ? found : undefined;
  }

  /** The JSON object in a file; the session's code may have put anything in its place. */
  #read<T>(name: string): Partial<T> | undefined {
    try {
      const bytes = readDespiteModes(join(this.folder, name), LONGEST_RECORD);
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
      return typeof value === "object" && value !== null ? value as Partial<T> : undefined;
    } catch {
      return undefined;
    }
  }

  /** One JSON object a line: what ran in it, with its outputs. */
  get transcript(): string {
    return join(this.folder, SESSION_FILES.transcript);
  }

  /** Where the transcript's pictures are. */
  get pictures(): string {
    return join(this.folder, SESSION_FILES.pictures);
  }

  /** Packages that were added to it while it lived. */
  get packages(): string {
    return join(this.folder, "packages");
  }

  /** What cells in a sandbox may write to. */
  get stage(): string {
    return join(this.folder, "stage");
  }

  /** Its working directory where none was given. */
  get ownDirectory(): string {
    return join(this.folder, "files");
  }

  /** The transcript before the last clean start. */
  get previousTranscript(): string {
    return join(this.folder, SESSION_FILES.previousTranscript);
  }

  /** Makes way for another session of this name: only the transcript of this one stays. */
  clear(): void {
    removeFolder(this.packages);
    this.startTranscript();
  }

  /** Puts the transcript aside. */
  startTranscript(): void {
    try {
      Deno.renameSync(this.transcript, this.previousTranscript);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Notes that somebody knows of the end: the next session of this name begins anew. */
  settle(): void {
    const { reason = "nobody knows how", cell = null } = this.ended ?? {};
    const end: SessionEnd = { at: Date.now() / 1000, reason, died: false, cell };
    replacePrivate(join(this.folder, SESSION_FILES.sessionEnded), JSON.stringify(end));
  }
}

function isRecord(found: Partial<SessionRecord> | undefined): found is SessionRecord {
  return found !== undefined && areTexts([found.id, found.name, found.directory, found.python]) &&
    areTexts(found.dependencies) && areTexts(found.withheld) &&
    Number.isFinite(found.created_at) && typeof found.asked?.sandbox === "string";
}

function isState(found: Partial<SessionState> | undefined): found is SessionState {
  const { id, state, packages = [], queued = [], running } = found ?? {};
  const numbers = [found?.started_at, found?.last_used_at, found?.cells, found?.memory_bytes];
  return areTexts([id]) && ["starting", "idle", "busy"].includes(state!) &&
    areTexts(packages) && areTexts(queued) &&
    numbers.every((one) => one === undefined || Number.isFinite(one)) &&
    (!running || typeof running.job_id === "string" && Number.isFinite(running.cell));
}

function isEnd(found: Partial<SessionEnd> | undefined): found is SessionEnd {
  return Number.isFinite(found?.at) && typeof found?.reason === "string";
}

function areTexts(found: unknown): boolean {
  return Array.isArray(found) && found.every((one) => typeof one === "string");
}
