import { pause } from "../../base/pause.ts";
import { holdLock } from "../files/file_lock.ts";
import type { JobFiles } from "../files/job_files.ts";
import { logSize } from "../files/output_log.ts";
import type { Outcome } from "../model/job.ts";
import { FrameWriter } from "./frame_writer.ts";
import { deathOfNode, lostOutcome, outcomeBy, type RanOn, toOutcome } from "./ray_outcome.ts";
import { ALL_LINES, type RayApi, type RayJob } from "./ray_api.ts";
import { type Frame, readFrames } from "./read_frames.ts";

const RETRY_MS = 1000;
/** From so many bytes of logs on, only the last lines of the job's log are asked for. */
const MUCH_BYTES = 4 << 20;
/** How many of them: more where fewer do not reach back to where the files end, which shows at once. */
const LAST_LINES = Array.from({ length: 11 }, (_, doubled) => 128 * 2 ** doubled);
/** How often the log of a job that has ended may be out of reach. */
const MOST_FAILURES = 10;
/** After so long without a frame, all that there was has come. */
const QUIET_MS = 200;
/** How long the last frames of a job may take that Ray says has ended. */
const LAST_FRAMES_MS = 2000;

export interface FollowedJob {
  id: string;
  files: JobFiles;
  /** Bytes a stream. */
  maxOutputBytes: number;
  /** It has begun on its node. */
  begun: () => void;
  /** Its script runs. */
  started: () => void;
  /** Its outcome is written. */
  ended: () => void;
  log: (message: string) => void;
}

/**
 * Turns the log of one job on a cluster into the job's files, until it has ended. Only one server does
 * so for a job, which its lock says; whoever comes next goes on where the files end.
 */
export class RayFollower {
  /** Fulfilled when it follows no more. */
  readonly done: Promise<void>;
  readonly #api: RayApi;
  readonly #followed: FollowedJob;
  readonly #lock: Deno.FsFile;
  readonly #writer: FrameWriter;
  readonly #on: RanOn = {};
  #job: RayJob;
  #reading = new AbortController();
  #timer?: ReturnType<typeof setTimeout>;
  #isOver = false;
  /** When something came last, or could have. */
  #heardAt = Infinity;

  /** `undefined` where another server follows the job. */
  static follow(api: RayApi, job: RayJob, followed: FollowedJob): RayFollower | undefined {
    const lock = holdLock(followed.files.lock);
    return lock && new RayFollower(api, job, followed, lock);
  }

  private constructor(api: RayApi, job: RayJob, followed: FollowedJob, lock: Deno.FsFile) {
    this.#api = api;
    this.#job = job;
    this.#followed = followed;
    this.#lock = lock;
    this.#writer = new FrameWriter(followed.files, followed.maxOutputBytes);
    this.done = this.#follow().finally(() => this.#letGo());
  }

  /** Whether the job's files have what the cluster has of it, as far as can be told. */
  get isCaughtUp(): boolean {
    if (this.#isOver) return true;
    return !hasEnded(this.#job) && performance.now() - this.#heardAt > QUIET_MS;
  }

  /** Tells what the cluster says of the job now. */
  update(job: RayJob): void {
    const wasOver = hasEnded(this.#job);
    this.#job = job;
    if (hasEnded(job) && !wasOver) this.#timer = setTimeout(() => this.#stop(), LAST_FRAMES_MS);
  }

  /** The cluster has lost the job, with the reason. */
  lose(error: string): void {
    if (this.#isOver) return;
    this.#end(lostOutcome({ error }, this.#on));
    this.#stop();
  }

  /** Another server may follow it from here. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#stop();
    await this.done;
  }

  async #follow(): Promise<void> {
    let failures = 0;
    while (!this.#isOver) {
      const wasOver = hasEnded(this.#job);
      this.#reading = new AbortController();
      try {
        await this.#read(!wasOver);
        failures = wasOver ? MOST_FAILURES : 0;
      } catch (error) {
        failures += Number(wasOver);
        if (!this.#reading.signal.aborted) {
          this.#followed.log(`the log of job ${this.#followed.id} is read again: ${error}`);
        }
      }
      if (this.#isOver) break;
      // Nobody has the log of a job whose node is dead.
      const mayFail = deathOfNode(this.#job) === undefined ? MOST_FAILURES : 1;
      if (failures >= mayFail) this.#end(outcomeBy(this.#job, this.#on));
      else if (failures > 0 || !hasEnded(this.#job)) {
        await pause(RETRY_MS);
      }
    }
  }

  async #read(follows: boolean): Promise<void> {
    for (const lines of this.#logBytes() < MUCH_BYTES ? [ALL_LINES] : [...LAST_LINES, ALL_LINES]) {
      if (await this.#readLast(lines, follows)) break;
    }
    this.#reading.abort();
  }

  /** Reads so many of the log's last lines; returns whether they go on where the files end. */
  async #readLast(lines: number, follows: boolean): Promise<boolean> {
    if (this.#job.driver_node_id === null) return true;
    let goesOn = lines === ALL_LINES;
    const log = await this.#api.log(this.#job, lines, follows, this.#reading.signal);
    this.#heardAt = performance.now();
    for await (const frame of readFrames(log)) {
      if (this.#isOver) return true;
      this.#heardAt = performance.now();
      if (!goesOn && frame.kind === "checkpoint") {
        if (!this.#reaches(frame)) return false;
        this.#takeCheckpoint(frame);
      }
      goesOn ||= frame.kind === "hello" || frame.kind === "checkpoint";
      if (!goesOn && frame.kind === "outcome") return false;
      if (!this.#take(frame) && lines !== ALL_LINES) return false;
    }
    return goesOn;
  }

  #logBytes(): number {
    const { stdout, stderr, prepareLog } = this.#followed.files;
    return logSize(stdout) + logSize(stderr) + logSize(prepareLog);
  }

  #reaches({ offsets }: Extract<Frame, { kind: "checkpoint" }>): boolean {
    return Object.entries(offsets).every(([file, size]) => this.#writer.reaches(file, size));
  }

  #takeCheckpoint(frame: Extract<Frame, { kind: "checkpoint" }>): void {
    this.#take({ ...frame, kind: "hello" });
    if (frame.started_at !== null) this.#take({ kind: "started", at: frame.started_at });
    this.#writer.showProgress(frame.progress);
  }

  /** Returns whether nothing before it is missing. */
  #take(frame: Frame): boolean {
    const { files, begun, started } = this.#followed;
    switch (frame.kind) {
      case "hello":
        this.#on.node = frame.node.slice(0, 255);
        this.#on.python = frame.python.slice(0, 20);
        this.#writer.showProgress(null);
        begun();
        return true;
      case "started":
        this.#on.started_at = frame.at;
        if (files.hasStarted) return true;
        files.markStarted(frame.at);
        started();
        return true;
      case "data":
        return this.#writer.write(frame);
      case "progress":
        this.#writer.showProgress(frame.text);
        return true;
      case "outcome":
        this.#end(toOutcome(frame.outcome, this.#on, notesOf(frame.left_behind)));
        return true;
      default:
        return true;
    }
  }

  #end(outcome: Outcome): void {
    this.#isOver = true;
    this.#writer.close();
    const { files, ended } = this.#followed;
    if (files.isThere && files.outcome === undefined) files.end(outcome);
    ended();
  }

  #stop(): void {
    this.#reading.abort();
  }

  #letGo(): void {
    clearTimeout(this.#timer);
    this.#reading.abort();
    this.#writer.close();
    this.#lock.close();
  }
}

export function hasEnded({ status }: RayJob): boolean {
  return status === "SUCCEEDED" || status === "FAILED" || status === "STOPPED";
}

function notesOf(leftBehind: unknown[]): string[] {
  const names = leftBehind.filter((name) => typeof name === "string").map((name) =>
    name.slice(0, 200)
  );
  if (names.length === 0) return [];
  return [
    `Not brought back from the cluster, of 100 MB and 1,000 artifacts at most: ${names.join(", ")}`,
  ];
}
