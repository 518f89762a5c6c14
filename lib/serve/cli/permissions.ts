import { UserError } from "../../base/user_error.ts";
import { findLauncherPython } from "../../python/interpreters/find_interpreters.ts";
import { scopedFlags } from "../program/scoped_flags.ts";
import { defineCommand } from "./command/define_command.ts";
import { text } from "./command/options.ts";
import { print } from "./terminal/terminal.ts";

/** `permissions`: what the server needs instead of -A, for a command line to take in. */
export const PERMISSIONS = defineCommand({
  name: "permissions",
  description: "Print the flags of `deno run` that can replace -A",
  options: {
    listen: text("also those that `serve --http` needs to listen there", {
      placeholder: "<host:port>",
    }),
  },
  about:
    "It reads anywhere, writes below the home, and starts one Python, which starts all else. Scripts are\n" +
    "not held by these flags: they may do what you may do.",
  examples: [
    "deno run $($0 permissions) main.ts",
    "deno run $($0 permissions --listen 127.0.0.1:8000) main.ts serve --http",
  ],
  handle({ listen }, { app }) {
    const { home, env, ray } = app.settings;
    const flags = scopedFlags({ home, python: findLauncherPython(env), listen, ray: ray?.url });
    const split = flags.find((flag) => /\s/.test(flag));
    if (split !== undefined) {
      throw new UserError(
        `Cannot print the flag '${split}' for $(…): a shell would split it at its spaces. ` +
          `Set PYTHON_MCP_HOME to a folder without spaces, or write the flags yourself, in quotes: ` +
          flags.map((flag) => `'${flag}'`).join(" "),
      );
    }
    print(`${flags.join(" ")}\n`);
  },
});
