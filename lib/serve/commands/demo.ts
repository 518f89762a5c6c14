import type { Command } from "commander";
import type { Cli } from "./cli.ts";

/** `demo`: the examples' own program. */
export function addDemo(program: Command, cli: Cli): void {
  program.command("demo")
    .description("Show it all at work: a real server, a real client, real runs; under a minute")
    .addHelpText("after", `\nExample:\n  $ ${program.name()} demo`)
    .action(async () => {
      const demo = import.meta.resolve("../../../examples/demo.ts");
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-prompt", demo],
        stdin: "inherit",
        stdout: "inherit",
        stderr: "inherit",
      }).output();
      cli.exitCode = code;
    });
}
