import { processesWith } from "../helpers/test_home.ts";

export type Role = "server" | "launcher" | "supervisor" | "script";

/** The living processes of a home, by what they are. */
export function processesOf(home: string): Map<Role, number[]> {
  const found = new Map<Role, number[]>();
  const launchers = new Set<number>();
  const all = processesWith(home).map(({ pid, command }) => ({
    pid,
    command,
    parent: parentOf(pid),
  }));
  const launching = all.filter(({ command }) => command.includes("launcher.py"));
  const launchingPids = new Set(launching.map(({ pid }) => pid));
  for (const { pid, parent } of launching) {
    // A supervisor is a fork of its launcher, and has its command line.
    if (!launchingPids.has(parent)) launchers.add(pid);
  }
  for (const { pid, command } of all) {
    const role: Role = command.includes("main.ts")
      ? "server"
      : launchers.has(pid)
      ? "launcher"
      : launchingPids.has(pid)
      ? "supervisor"
      : "script";
    found.set(role, [...found.get(role) ?? [], pid]);
  }
  return found;
}

function parentOf(pid: number): number {
  try {
    return Number(Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ")[1]);
  } catch {
    return 0;
  }
}
