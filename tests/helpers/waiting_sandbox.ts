import { parentIfThere } from "../jobs/kill.ts";
import { processesWith } from "./test_home.ts";
import { waitFor } from "./wait_for.ts";

/** Processes of a sandbox that was made ahead of its job. */
export interface Waiting {
  shell: number;
  bubblewrap: number;
}

/** The sandbox that waits for the next job of a home, once there is one. */
export async function waitingSandbox(home: string): Promise<Waiting> {
  return await waitFor(() => {
    const inner = processesWith(home)
      .filter(({ command }) => command.includes("bwrap") && command.includes("/proc/self/fd/7"))
      .map(({ pid }) => pid);
    const shell = processesWith("/bin/sh /proc/self/fd/7").find(({ pid, command }) =>
      command.startsWith("/bin/sh") && inner.includes(parentIfThere(pid) ?? 0)
    );
    return shell && { shell: shell.pid, bubblewrap: parentIfThere(parentIfThere(shell.pid)!)! };
  }, { what: "a sandbox that was made ahead" });
}
