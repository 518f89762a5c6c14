import { fileURLToPath } from "node:url";
import { exists } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { defineCommand } from "./command/define_command.ts";

/** `demo`: the examples' own program. */
export const DEMO = defineCommand({
  name: "demo",
  description: "Show everything at work, with a real client, in under a minute",
  examples: ["$0 demo"],
  async handle(_, cli) {
    if (Deno.build.standalone) {
      throw new UserError(
        "The demo is not part of the compiled program: it starts servers with Deno. " +
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
  },
});

/** A checkout has a lock of its own for examples: `deno.lock` names what the server needs and no more. */
function lockFlags(): string[] {
  const lock = import.meta.resolve("../../../tests/deno.lock");
  return lock.startsWith("file:") && exists(fileURLToPath(lock))
    ? [`--lock=${fileURLToPath(lock)}`]
    : [];
}
