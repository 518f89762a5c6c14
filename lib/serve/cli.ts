import { App } from "../mcp/app.ts";
import { createLog } from "./log.ts";
import { isTrue, readSettings } from "./settings.ts";
import { runStdio } from "./stdio.ts";

/** Runs the program; returns its exit code. */
export async function main(_args: string[]): Promise<number> {
  if (Deno.build.os === "windows") {
    Deno.stderr.writeSync(
      new TextEncoder().encode(
        "python-mcp needs POSIX processes: on Windows, run it inside WSL (https://aka.ms/wsl).\n",
      ),
    );
    return 1;
  }
  const env = Deno.env.toObject();
  const warnings: string[] = [];
  const settings = readSettings(env, {}, (message) => warnings.push(message));
  const log = createLog(settings.home, isTrue(env.SMART_ASYNC_DEBUG));
  for (const warning of warnings) log.warn(warning);
  await runStdio(new App(settings, log));
  return 0;
}
