import type { Command } from "commander";
import { fileURLToPath } from "node:url";
import { exists } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import type { Cli } from "./cli.ts";

/** `demo`: the examples' own program. */
export function addDemo(program: Command, cli: Cli): void {
  program.command("demo")
    .description("Show it all at work: a real server, a real client, real runs; under a minute")
    .addHelpText("after", `\nExample:\n  $ ${program.name()} demo`)
    .action(async () => {
      if (Deno.build.standalone) {
        throw new UserError(
          "The demo is no part of the compiled program: it starts servers with Deno. " +
            "In a checkout of the sources, `deno task demo` shows it.",
        );
      }
      const demo = import.meta.resolve("../../../examples/demo.ts");
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-prompt", ...lockFlags(), demo],
        stdin: "inherit",
        stdout: "inherit",
        stderr: "inherit",
      }).output();
      cli.exitCode = code;
    });
}

/** A checkout has a lock of its own for examples: `deno.lock` names what the server needs and no more. */
function lockFlags(): string[] {
  const lock = import.meta.resolve("../../../tests/deno.lock");
  return lock.startsWith("file:") && exists(fileURLToPath(lock))
    ? [`--lock=${fileURLToPath(lock)}`]
    : [];
}
