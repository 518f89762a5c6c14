/**
 * The names that TypeScript and Python share: the files of a job's folder and the folders of a home.
 * `supervisor/names.py` and the scripts' `_python_mcp_names.py` hold the same; `contract_test.ts`
 * compares them.
 */

/** The files of `jobs/<id>/`. Those below `script/` may be written by the job's script. */
export const JOB_FILES = {
  /** What the job is and what it runs, without secret values. */
  spec: "spec.json",
  /** The script's text, where the caller gave text. */
  source: "script.py",
  stdout: "stdout.log",
  stderr: "stderr.log",
  /** What the preparation printed. */
  prepareLog: "prepare.log",
  /** The output of the step that is being prepared, where it is to be kept. */
  stepOutput: "step.out",
  /** Locked by the supervisor for as long as it lives; written to when the job ends. */
  lock: "lock",
  /** The id of the launcher that has the job. */
  accepted: "accepted",
  /** `{at, pid, born, pipes}`: the supervisor has begun, at a time in seconds, and empties these pipes. */
  started: "started",
  /** A file for it, made ahead; empty until then. */
  nextStarted: "started.ahead",
  /** How it ended. */
  outcome: "outcome.json",
  /** Room for the outcome, so that a job can end on a full disk too. */
  nextOutcome: "outcome.json.new",
  /** How a task ended. */
  end: "end.json",
  /** Somebody wants the job to end. */
  cancel: "cancel",
  /** The run has outlived its call. */
  background: "background",
  /** What the supervisor cannot stop just now, each as `pid (name)`. */
  survivors: "survivors.json",
  /** It runs on a cluster: nothing of this machine starts or ends it. */
  cluster: "cluster",
  /** The ids of the jobs that its script has started, one a line. */
  children: "children",
  /** Its slot is lent to others while its script waits for a job of its own. */
  lent: "lent",
  /** A pipe that servers send input through, where the script's standard input stays open. */
  input: "input",
  /** What a cell asks for, while it waits in `input()`. */
  prompt: "prompt",
  /** What a cell of a session is answered with besides its output; see `session_files.ts`. */
  cell: "cell.json",
  scriptFolder: "script",
  progress: "script/progress.json",
  artifacts: "script/artifacts",
  /** Smaller copies of large pictures, under the names that they have in `artifacts`. */
  previews: "script/previews",
  /** The exception that ended the script, in one line; absent where none did. */
  exception: "script/exception",
  /** A file for that, made ahead; empty. */
  nextException: "script/exception.ahead",
  /** The modules that the script has loaded, one a line, for the warm host of its environment. */
  modules: "script/modules",
  /** Locked by the script while it waits for a job of its own. */
  waiting: "script/waiting",
  /** The script that started this job waits for it. */
  awaited: "script/awaited",
} as const;

export type JobFileName = typeof JOB_FILES[keyof typeof JOB_FILES];

/** The folders of a home. */
export const HOME_FOLDERS = {
  /** A folder for each job. */
  jobs: "jobs",
  /** The database and its snapshot. */
  meta: "meta",
  /** The slots of running jobs, and which job of each launcher comes first; see `slots.py`. */
  queue: "queue",
  slots: "queue/slots",
  queued: "queue/waiting",
  /** A locked file for each living server and launcher. */
  owners: "owners",
  /** Where launchers take requests of scripts; see `request_socket.py`. */
  sockets: "sockets",
  /** A file for each job that a script has started and that has no row yet. */
  adopt: "adopt",
  /** The folders of jobs that were old enough to go, for another day; see `trash.ts`. */
  trash: "trash",
  /** The sockets of warm hosts, and what they import ahead; see `known_hosts.py`. */
  warm: "warm",
  /** A folder for each session. */
  sessions: "sessions",
  runtime: "runtime",
  logs: "logs",
} as const;

/** The files of `sessions/<name>/`, beside `lock`, which its supervisor holds, and `prepare.log`. */
export const SESSION_FILES = {
  /** What the session was asked to be, without secret values. */
  sessionRecord: "session.json",
  /** How it is; its supervisor replaces it at each change. */
  sessionState: "state.json",
  /** How it ended; absent while it lives. */
  sessionEnded: "ended.json",
  /** What ran in it, one JSON object a line. */
  transcript: "transcript.jsonl",
  /** That of before the last clean start. */
  previousTranscript: "transcript.previous.jsonl",
  /** The pictures that the transcript names. */
  pictures: "pictures",
} as const;
