import { join } from "node:path";
import { hideSecrets } from "../../base/hide_secrets.ts";
import { ensureFolder, openPrivate, statIfThere } from "../../base/private_files.ts";
import type { Log, LogLine } from "../../runs/log.ts";

/** When the log file is put aside as `server.log.1`; 1 MiB. */
const LARGEST = 1 << 20;

/**
 * Warnings go to stderr; with `debug` everything does, and into `<home>/logs/server.log` (mode 0600,
 * at most twice 1 MiB). A terminal gets them without time and process. Nothing ever goes to stdout,
 * which belongs to the protocol. What cannot be written (a full disk, a closed stderr) is lost:
 * nobody's work fails because of its log.
 */
export function createLog(home: string, debug: boolean, show = writeToStderr): Log {
  const listeners = new Set<(line: LogLine) => void>();
  const write = (level: LogLine["level"], said: string) => {
    const message = hideSecrets(said);
    for (const listener of listeners) listener({ level, message });
    const line = `${new Date().toISOString()} [${level}] ${Deno.pid} ${message}\n`;
    attempt(() => show(line));
    if (debug) attempt(() => appendToFile(home, line));
  };
  return {
    debug: (message) => {
      if (debug) write("debug", message);
    },
    warn: (message) => write("warning", message),
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // There is no place to say it.
  }
}

/** People at a terminal know when it is and which process they started. */
function writeToStderr(line: string): void {
  const shown = Deno.stderr.isTerminal()
    ? line.replace(/^\S+ \[(\w+)\] \d+/, "python-mcp: $1:")
    : line;
  Deno.stderr.writeSync(new TextEncoder().encode(shown));
}

function appendToFile(home: string, line: string): void {
  const folder = join(home, "logs");
  const path = join(folder, "server.log");
  ensureFolder(folder);
  if ((statIfThere(path)?.size ?? 0) > LARGEST) Deno.renameSync(path, `${path}.1`);
  using file = openPrivate(path, { append: true });
  file.writeSync(new TextEncoder().encode(line));
}
