import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** How a Python process ended, and all that it wrote. */
export interface PythonResult {
  exit: number | string | null;
  stdout: string;
  stderr: string;
}

/** A Python process whose output goes to two regular files, as that of a job does. */
export class PythonProcess implements AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<number | string | null>;

  private constructor(
    readonly folder: string,
    python: string,
    args: string[],
    env: Record<string, string>,
  ) {
    const outputs = ["stdout", "stderr"].map((name) => openSync(join(folder, name), "w"));
    const child = spawn(python, args, {
      cwd: folder,
      env: { PATH: "/usr/bin:/bin", PYTHONDONTWRITEBYTECODE: "1", ...env },
      stdio: ["ignore", ...outputs],
      detached: true,
    });
    outputs.forEach(closeSync);
    this.pid = child.pid!;
    this.ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) => resolve(code ?? signal));
    });
  }

  static async start(
    python: string,
    args: string[],
    env: Record<string, string> = {},
  ): Promise<PythonProcess> {
    const folder = await mkdtemp(join(tmpdir(), "python-process-"));
    return new PythonProcess(folder, python, args, env);
  }

  stdout(): Promise<string> {
    return readFile(join(this.folder, "stdout"), "utf8");
  }

  stderr(): Promise<string> {
    return readFile(join(this.folder, "stderr"), "utf8");
  }

  async result(): Promise<PythonResult> {
    const exit = await this.ended;
    return { exit, stdout: await this.stdout(), stderr: await this.stderr() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // All of its process group is gone.
    }
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
