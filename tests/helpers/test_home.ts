import { join } from "node:path";
import { waitFor } from "./wait_for.ts";

/** Names the folder that {@linkcode giveRuntime} links; see `tests/run.ts`. */
export const PREPARED_RUNTIME = "PYTHON_MCP_TEST_RUNTIME";

/** A home of its own for one test; when it goes, no process of it may be left. */
export class TestHome implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async create(): Promise<TestHome> {
    return new TestHome(await Deno.makeTempDir({ prefix: "python-mcp-test-" }));
  }

  /**
   * One in which the files lie that its first job would write and Python compile, which takes a sixth of a
   * second each time. When a file is tested by itself, there are none, and that job does it.
   *
   * @param folder The program's home in it.
   */
  static async prepared(folder = "."): Promise<TestHome> {
    const home = await TestHome.create();
    giveRuntime(home.join(folder));
    return home;
  }

  join(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** The processes whose command line or environment names this home. */
  processes(): { pid: number; command: string }[] {
    return processesWith(this.path);
  }

  /** Without warm hosts, which outlive their servers on purpose: they are ended here. */
  #others(): { pid: number; command: string }[] {
    return this.processes().filter(({ pid, command }) => {
      if (isHost(command)) killIfThere(pid);
      return !isHost(command);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      // To look at all processes takes a while: so only at those that were seen, and once more at the end.
      let left = this.#others();
      await waitFor(() => {
        left = left.filter(({ pid, command }) => commandOf(pid) === command);
        if (left.length === 0) left = this.#others();
        return left.length === 0;
      }, { what: `the end of all processes of ${this.path}` });
    } finally {
      for (const { pid } of this.processes()) killIfThere(pid);
      await Deno.remove(this.path, { recursive: true });
    }
  }
}

/** The end of one often brings that of others. */
export function killIfThere(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Whether this is the command line of a warm host, perhaps one that is just being started, or of its next run. */
export function isHost(command: string): boolean {
  return /^python-mcp warm (host|next run)|\/python-mcp-warm-host\//.test(command);
}

/** Living processes whose command line or environment holds a text; zombies left out. */
export function processesWith(text: string): { pid: number; command: string }[] {
  const found = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    try {
      const command = commandOf(Number(name));
      // A zombie and a thread of the kernel have none.
      if (!command) continue;
      if (command.includes(text) || Deno.readTextFileSync(`/proc/${name}/environ`).includes(text)) {
        found.push({ pid: Number(name), command });
      }
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** The command line of a process, which is empty for a zombie; `undefined` when it has ended. */
function commandOf(pid: number): string | undefined {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
  } catch {
    return undefined;
  }
}

/** Gives a program's home that is new the files that its first job would write and Python compile. */
export function giveRuntime(home: string): void {
  const runtime = Deno.env.get(PREPARED_RUNTIME);
  if (runtime !== undefined) linkFiles(runtime, join(home, "runtime"));
}

/**
 * Makes a folder with the same files as another one: to copy them takes seven times as long. Nobody writes
 * into such a file, only puts another one into its place.
 */
export function linkFiles(from: string, to: string): void {
  Deno.mkdirSync(to, { mode: 0o700, recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    (isDirectory ? linkFiles : Deno.linkSync)(join(from, name), join(to, name));
  }
}
