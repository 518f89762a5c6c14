import { basename, join } from "node:path";
import { hasControl } from "./control_file.ts";
import { whereReadable } from "./despite_modes.ts";
import { JOB_FILES, type JobFileName } from "./names.ts";

/** Where the files of one job lie. */
export class JobPaths {
  constructor(readonly folder: string) {}

  path(name: JobFileName): string {
    return join(this.folder, name);
  }

  get stdout(): string {
    return this.path(JOB_FILES.stdout);
  }

  get stderr(): string {
    return this.path(JOB_FILES.stderr);
  }

  get prepareLog(): string {
    return this.path(JOB_FILES.prepareLog);
  }

  get lock(): string {
    return this.path(JOB_FILES.lock);
  }

  /** The text of the script, where the caller gave text. */
  get source(): string {
    return this.path(JOB_FILES.source);
  }

  /** The pipe that servers send input through. */
  get input(): string {
    return this.path(JOB_FILES.input);
  }

  /** Where the script leaves files. */
  get artifacts(): string {
    return this.#writtenByScript(JOB_FILES.artifacts);
  }

  /** Where large pictures have smaller copies, under the same names. */
  get previews(): string {
    return this.#writtenByScript(JOB_FILES.previews);
  }

  /** Where the script reports its progress. */
  get progressFile(): string {
    return this.#writtenByScript(JOB_FILES.progress);
  }

  /** Where the exception that ended the script is noted. */
  get exception(): string {
    return this.#writtenByScript(JOB_FILES.exception);
  }

  /** Jobs of earlier versions have these beside the others. */
  #writtenByScript(name: JobFileName): string {
    const isOld = whereReadable(() => !hasControl(this.path(JOB_FILES.scriptFolder)), false);
    return isOld ? join(this.folder, basename(name)) : this.path(name);
  }
}
