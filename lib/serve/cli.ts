import { ownId } from "../base/owned_files.ts";
import { permissionAdvice } from "../base/permission_advice.ts";
import { UserError } from "../base/user_error.ts";
import { App } from "../runs/app.ts";
import { createLog } from "./program/log.ts";
import { isTrue, readSettings } from "../runs/settings.ts";
import { runStdio } from "./stdio/stdio.ts";

/** Runs the program; returns its exit code. */
export async function main(args: string[]): Promise<number> {
  if (Deno.build.os === "windows") {
    say("python-mcp needs POSIX processes: on Windows, run it inside WSL (https://aka.ms/wsl).");
    return 1;
  }
  // What MCP hosts start comes first, since they wait for it.
  if (args.length === 0 || (args.length === 1 && args[0] === "serve")) {
    if (Deno.stdin.isTerminal()) {
      const { introduce, sayThatItWaits } = await import("./cli/introduce.ts");
      if (args.length === 0) {
        introduce();
        return 0;
      }
      sayThatItWaits();
    }
    return await serve();
  }
  const [{ runCommand }, { openJobs }] = await Promise.all([
    import("./cli/run_command.ts"),
    import("../runs/open_jobs.ts"),
  ]);
  return await runCommand(args, () => createApp(openJobs));
}

async function serve(): Promise<number> {
  try {
    await runStdio(createApp());
    return 0;
  } catch (error) {
    if (error instanceof UserError) {
      say(`python-mcp: ${error.message}`);
      return 1;
    }
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    say(`python-mcp: ${error.message}. ${permissionAdvice(error.message)}`);
    return 1;
  }
}

function createApp(open?: ConstructorParameters<typeof App>[2]): App {
  const env = Deno.env.toObject();
  const warnings: string[] = [];
  const settings = readSettings(env, (message) => warnings.push(message));
  const log = createLog(settings.home, isTrue(env.SMART_ASYNC_DEBUG));
  if (settings.sandbox.level !== "off" && ownId() === 0) warnings.push(SANDBOX_OF_ROOT);
  for (const warning of warnings) log.warn(warning);
  const app = new App(settings, log, open);
  app.requestOf = async (child, draft) => {
    const { clusterChildRequest } = await import("../runs/run/cluster_child_request.ts");
    return await clusterChildRequest(app, child, draft);
  };
  return app;
}

const SANDBOX_OF_ROOT = "PYTHON_MCP_SANDBOX: this server runs as root, and its scripts read what " +
  "root alone may read outside of homes; run it as a user of its own";

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
