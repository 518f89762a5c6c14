import { join } from "node:path";
import { serverEnv } from "../../helpers/program.ts";
import { uvFolder } from "../../helpers/run_plan.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { run } from "../processes.ts";
import { type Called, type Contender, type Kernel, startServer } from "./contender.ts";

export const PACKAGES = ["jupyter-mcp-server==2.2.4", "jupyterlab==4.6.6", "ipykernel==7.4.0"];
const PORT = 18_899;
const TOKEN = crypto.randomUUID();
const URL = `http://127.0.0.1:${PORT}`;
const LAB_MS = 120_000;

/** JupyterLab, and jupyter-mcp-server beside it, from PyPI. */
export class Jupyter implements Contender, AsyncDisposable {
  #notebooks = 0;

  private constructor(
    private readonly folder: string,
    private readonly lab: Deno.ChildProcess,
    /** How long JupyterLab took to answer. */
    readonly labSeconds: number,
  ) {}

  static async install(folder: string): Promise<Jupyter> {
    const uv = join(await uvFolder(), "uv");
    await run(
      [uv, "--quiet", "venv", "--python", "/usr/bin/python3", join(folder, "venv")],
      folder,
    );
    const python = join(folder, "venv", "bin", "python");
    const install = ["pip", "install", "--exclude-newer=2026-11-28", "--python", python];
    await run([uv, "--quiet", ...install, ...PACKAGES], folder);
    const began = performance.now();
    const lab = new Deno.Command(join(folder, "venv", "bin", "jupyter-lab"), {
      args: [
        "--allow-root",
        "--no-browser",
        "--ip=127.0.0.1",
        `--port=${PORT}`,
        `--IdentityProvider.token=${TOKEN}`,
        `--ServerApp.root_dir=${folder}`,
      ],
      env: envIn(folder),
      clearEnv: true,
      cwd: folder,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await waitFor(() => fetch(`${URL}/api/status?token=${TOKEN}`).then(endsWell, () => false), {
      what: "JupyterLab",
      timeoutMs: LAB_MS,
    });
    return new Jupyter(folder, lab, (performance.now() - began) / 1000);
  }

  /** With a notebook of its own the first time, with the same one from then on. */
  async start(): Promise<Kernel> {
    const mode = this.#notebooks++ === 0 ? "create" : "connect";
    const argv = [
      join(this.folder, "venv", "bin", "jupyter-mcp-server"),
      ...["start", "--transport", "stdio", "--jupyterlab", "false"],
      ...["--jupyter-url", URL, "--jupyter-token", TOKEN],
    ];
    return await startServer(argv, envIn(this.folder), this.folder, async (call) => {
      await call("use_notebook", { notebook_name: "n", notebook_path: "n.ipynb", mode });
      return (code, signal) => call("execute_code", { code }, signal);
    });
  }

  /** It has no tool for that: the call is cancelled, and the next one waits for the kernel. */
  async interrupt(kernel: Kernel): Promise<Pick<Called, "seconds" | "text">> {
    const cancel = new AbortController();
    const running = kernel.run("import time; time.sleep(600)", cancel.signal);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const began = performance.now();
    cancel.abort();
    await running;
    const { text } = await kernel.run("'cancelled'");
    return { seconds: (performance.now() - began) / 1000, text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lab.kill("SIGTERM");
    await this.lab.status;
  }
}

function envIn(folder: string): Record<string, string> {
  return { ...serverEnv(), HOME: folder };
}

async function endsWell(response: Response): Promise<boolean> {
  await response.body?.cancel();
  return response.ok;
}
