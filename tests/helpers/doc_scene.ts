import { denoDir, MAIN, ROOT, serverEnv } from "./program.ts";
import { type Ended, runProcess } from "./run_process.ts";
import { uvFolder } from "./run_plan.ts";
import { TestHome } from "./test_home.ts";

const TIMEOUT_MS = 120_000;

/** A new user's machine: an empty home, a checkout, and the command `python-mcp`. */
export class DocScene implements AsyncDisposable {
  private constructor(readonly home: TestHome, readonly env: Record<string, string>) {}

  static async create(): Promise<DocScene> {
    const home = await TestHome.create();
    for (const folder of ["home", "bin", "checkout"]) Deno.mkdirSync(home.join(folder));
    for (const { name } of Deno.readDirSync(ROOT)) {
      if (!name.startsWith(".")) Deno.symlinkSync(`${ROOT}${name}`, home.join("checkout", name));
    }
    const command = (name: string, line: string) =>
      Deno.writeTextFileSync(home.join("bin", name), `#!/bin/sh\nexec ${line} "$@"\n`, {
        mode: 0o755,
      });
    command("deno", `'${Deno.execPath()}'`);
    command("python-mcp", `'${Deno.execPath()}' run -A '${MAIN}'`);
    const env = {
      ...serverEnv(),
      HOME: home.join("home"),
      DENO_DIR: denoDir(),
      NO_COLOR: "1",
      PATH: [home.join("home/.deno/bin"), home.join("bin"), await uvFolder(), Deno.env.get("PATH")]
        .join(":"),
    };
    return new DocScene(home, env);
  }

  write(name: string, text: string): void {
    Deno.writeTextFileSync(this.home.join("checkout", name), text);
  }

  /** Runs a command in the checkout; fails with all that it printed. */
  async run(command: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.try(command, ...args);
    if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
    return stdout;
  }

  /** Runs a command in the checkout, whatever becomes of it. */
  async try(command: string, ...args: string[]): Promise<Ended> {
    return await runProcess([command, ...args], {
      cwd: this.home.join("checkout"),
      clearEnv: true,
      env: this.env,
      timeoutMs: TIMEOUT_MS,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.home[Symbol.asyncDispose]();
  }
}
