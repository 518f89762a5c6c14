import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, statSync, unlinkSync } from "node:fs";
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

/** A Python process whose output goes through two pipes into files, as that of a job does. */
export class PythonProcess implements AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<number | string | null>;
  readonly #readers: Promise<unknown>[];

  private constructor(
    readonly folder: string,
    python: string,
    args: string[],
    env: Record<string, string>,
  ) {
    const pipes = ["stdout", "stderr"].map((name) => join(folder, `${name}.pipe`));
    execFileSync("mkfifo", pipes);
    this.#readers = pipes.map((pipe) => {
      const log = openSync(pipe.replace(".pipe", ""), "w");
      const reader = spawn("cat", [pipe], { stdio: ["ignore", log, "inherit"] });
      closeSync(log);
      return new Promise((resolve) => reader.on("exit", resolve));
    });
    const outputs = pipes.map((pipe) => openSync(pipe, "w"));
    const ours = pipes.map((pipe) => statSync(pipe)).map(({ dev, ino }) => `${dev}:${ino}`);
    pipes.forEach(unlinkSync);
    const child = spawn(python, args, {
      cwd: folder,
      env: {
        PATH: "/usr/bin:/bin",
        PYTHONDONTWRITEBYTECODE: "1",
        PYTHON_MCP_OUTPUT_PIPES: ours.join(","),
        ...env,
      },
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
    await Promise.all(this.#readers);
    return { exit, stdout: await this.stdout(), stderr: await this.stderr() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // All of its process group is gone.
    }
    await this.ended;
    await Promise.all(this.#readers);
    await rm(this.folder, { recursive: true, force: true });
  }
}
