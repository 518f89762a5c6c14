export interface LogLine {
  level: "debug" | "warning";
  message: string;
}

/** The log of the program: stderr and `<home>/logs/server.log`, never stdout. */
export interface Log {
  debug(message: string): void;
  warn(message: string): void;
  /** Calls back for each line from now on; returns what ends that. */
  listen(listener: (line: LogLine) => void): () => void;
}
