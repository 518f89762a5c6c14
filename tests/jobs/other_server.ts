import { fileURLToPath } from "node:url";
import { waitFor } from "../helpers/wait_for.ts";

const MANAGER = fileURLToPath(new URL("../fixtures/jobs/manager.ts", import.meta.url));

export interface Action {
  source: string;
  /** As a run whose caller waits. */
  call?: boolean;
  env?: Record<string, string>;
  stdin?: string;
}

/** Another server on a home, in a process of its own that can be killed. */
export class OtherServer implements AsyncDisposable {
  private constructor(readonly process: Deno.ChildProcess, readonly ids: string[]) {}

  static async start(
    home: string,
    actions: Action[],
    { wrapper = [], ...options }: { wrapper?: string[]; maxRunning?: number } = {},
  ): Promise<OtherServer> {
    const [command, ...args] = [
      ...wrapper,
      Deno.execPath(),
      "run",
      "-A",
      "--no-prompt",
      MANAGER,
      home,
      JSON.stringify(options),
      ...actions.map((action) => JSON.stringify(action)),
    ];
    const process = new Deno.Command(command!, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let text = "";
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    while (!text.includes("ready\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the other server has ended: ${text}`);
      text += value;
    }
    await reader.cancel();
    return new OtherServer(process, text.trim().split("\n").slice(0, -1));
  }

  /** Keeps what it holds but does nothing more. */
  async stop(): Promise<void> {
    const { pid } = this.process;
    this.process.kill("SIGSTOP");
    await waitFor(() => Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)![0] === "T", {
      what: "its stop",
    });
  }

  async kill(): Promise<void> {
    try {
      this.process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.process.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
