import type { ProbeSandbox } from "../interpreters/probe_interpreters.ts";
import { bubblewrapArguments, findBubblewrap, type SandboxPlan } from "./bubblewrap.ts";
import { filesOfAll } from "./interpreter_files.ts";
import { placesOf } from "./places.ts";
import type { SandboxContext } from "./sandbox_step.ts";
import { seatbeltProfile } from "./seatbelt.ts";

/** What starts no program: an interpreter that no sandbox can be made for does not answer. */
const NONE = ["/nonexistent/sandbox"];

/** The sandbox that interpreters are asked for their versions in: one that reads, and nothing else. */
export function probeSandbox(
  { settings, home, env }: Omit<SandboxContext, "level">,
): ProbeSandbox {
  return (python) => {
    try {
      const places = placesOf(home, settings, env);
      const plan: SandboxPlan = {
        level: "isolated",
        places,
        userHome: env.HOME,
        ...filesOfAll([python], places),
        writable: [],
        writesRoots: false,
        guarded: { existing: [], placeholders: [] },
        hasNetwork: false,
      };
      if (Deno.build.os === "darwin") return ["/usr/bin/sandbox-exec", "-p", seatbeltProfile(plan)];
      const tool = findBubblewrap(env);
      // When its time is up, the outermost process alone is killed.
      return tool ? [tool, ...bubblewrapArguments(plan), "--die-with-parent", "--"] : NONE;
    } catch {
      return NONE;
    }
  };
}
