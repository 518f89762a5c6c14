import { MOUNT_PROC, seeProcesses } from "./program/see_processes.ts";

/** Runs the program where it can run; returns its exit code. */
export async function start(args: string[]): Promise<number> {
  if (seeProcesses() === "none") {
    const message =
      `python-mcp: Cannot run without /proc, by which jobs are found: ${MOUNT_PROC}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(message));
    return 1;
  }
  // A limit on the size of files (ulimit -f) is to be an error with words, and not the end.
  Deno.addSignalListener("SIGXFSZ", () => {});
  const { main } = await import("./cli.ts");
  return await main(args);
}
