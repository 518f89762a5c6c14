/**
 * Why a script failed, in one line: the last exception as `ZeroDivisionError: division by zero`, or
 * what its exit status says.
 *
 * @param stderr The end of what it printed there, readable.
 * @param exitCode 128 + N when signal N ended it.
 */
export function explainScriptError(
  stderr: string,
  exitCode: number,
  signal: string | null,
): string {
  return lastException(stderr) ??
    (signal === null
      ? `The script ended with exit code ${exitCode}`
      : `The script was ended by ${signal}${SIGNAL_REASONS[signal] ?? ""}`);
}

const SIGNAL_REASONS: Record<string, string> = {
  SIGKILL: "; often the system had run out of memory",
  SIGSEGV: "; a crash inside a compiled extension",
};

/** An exception's line as the interpreter prints it: a dotted name, and what it says. */
const EXCEPTION_LINE = /^[A-Za-z_][\w.]*(?:: .*)?$/;

function lastException(stderr: string): string | undefined {
  const lines = stderr.trimEnd().split("\n");
  const traceback = lines.findLastIndex((line) => line === "Traceback (most recent call last):");
  if (traceback >= 0) {
    return lines.slice(traceback + 1).find((line) => /^\S/.test(line) && EXCEPTION_LINE.test(line));
  }
  // A script that does not compile has no traceback: `  File "x.py", line 1`, the line, the error.
  const last = lines.at(-1) ?? "";
  return /^(Syntax|Indentation|Tab)Error: /.test(last) ? last : undefined;
}
