import { join } from "node:path";
import { parentIfThere, parentOf, roleOfFork } from "../jobs/kill.ts";
import { processesWith } from "../helpers/test_home.ts";

export type Role = "server" | "launcher" | "supervisor" | "script" | "host";

/** The living processes of a home, by what they are. */
export function processesOf(home: string): Map<Role, number[]> {
  const found = new Map<Role, number[]>();
  const all = processesWith(home);
  const forks = all.filter(({ command }) => command.includes("launcher.py")).map(({ pid }) => pid);
  for (const { pid, command } of all) {
    const role: Role = command.includes("main.ts")
      ? "server"
      : command.startsWith("python-mcp warm")
      ? roleOfWarm(pid, command, all)
      : forks.includes(pid)
      ? roleOfFork(pid, forks)
      : "script";
    found.set(role, [...found.get(role) ?? [], pid]);
  }
  return found;
}

/** What is forked has the command line of its parent at first: a host's supervisor, or that one's script. */
function roleOfWarm(pid: number, command: string, all: { pid: number; command: string }[]): Role {
  const parent = all.find((one) => one.pid === parentIfThere(pid));
  if (!parent?.command.startsWith("python-mcp warm")) {
    return command.startsWith("python-mcp warm host") ? "host" : "supervisor";
  }
  return roleOfWarm(parent.pid, parent.command, all) === "host" ? "supervisor" : "script";
}

/**
 * The jobs that a process works for: those whose lock it has open, and the one in its environment; those of
 * its supervisor while it is being started, and has neither.
 */
export function jobsOf(pid: number, jobs: string): string[] {
  try {
    const environ = Deno.readTextFileSync(`/proc/${pid}/environ`);
    const own = [...locked(pid), .../PYTHON_MCP_JOB_ID=([^\0]+)/.exec(environ)?.slice(1) ?? []];
    return own.length > 0 ? own : locked(parentOf(pid));
  } catch {
    return locked(pid); // it has ended
  }

  function locked(pid: number): string[] {
    return linksOf(pid).filter((path) => path.startsWith(jobs) && path.endsWith("/lock"))
      .map((path) => path.split("/").at(-2)!);
  }
}

/** What the descriptors of a process are. */
export function linksOf(pid: number): string[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/fd`)]
      .map(({ name }) => linkOf(pid, Number(name)))
      .filter((link) => link !== undefined);
  } catch {
    return [];
  }
}

function linkOf(pid: number, descriptor: number): string | undefined {
  try {
    return Deno.readLinkSync(join("/proc", String(pid), "fd", String(descriptor)));
  } catch {
    return undefined;
  }
}
