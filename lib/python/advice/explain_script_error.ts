/** How a script ended that did not end well. */
export interface ScriptEnd {
  /** The end of what it printed there, readable. */
  stderr: string;
  /** 128 + N when signal N ended it. */
  exitCode: number;
  signal: string | null;
  /**
   * What was noted of its end: the line of its exception or of the text that it gave `sys.exit`, empty
   * where there was neither; `undefined` where nothing could be noted.
   */
  exception?: string;
}

/**
 * Why a script failed, in one line: the exception that ended it, as `ZeroDivisionError: division by
 * zero`, the text that it gave `sys.exit`, or what its exit status says.
 */
export function explainScriptError({ stderr, exitCode, signal, exception }: ScriptEnd): string {
  if (exception) return exception;
  if (signal !== null) return `The script was ended by ${signal}${SIGNAL_REASONS[signal] ?? ""}`;
  // With every other code nothing but a number was said.
  const isUnknown = exitCode === 1 && exception === undefined;
  return (isUnknown ? lastWords(stderr) : undefined) ??
    `The script ended with exit code ${exitCode}`;
}

const SIGNAL_REASONS: Record<string, string> = {
  SIGKILL: "; often the system had run out of memory",
  SIGSEGV: "; a crash inside a compiled extension",
  SIGXCPU: "; it had used up the CPU time that it may use (ulimit -t)",
  SIGXFSZ: "; a file would have become larger than it may be (ulimit -f)",
};

/** An exception's line as the interpreter prints it: a dotted name, and what it says. */
const EXCEPTION_LINE = /^(?:\s*\| )?([A-Za-z_][\w.]*(?:: .*)?)$/;
const TRACEBACK = /^(?:Traceback| *\+ Exception Group Traceback) \(most recent call last\):$/;

/**
 * The exception at the very end, else the last line: `sys.exit` prints its text there, whatever
 * traceback the script had printed before.
 */
function lastWords(stderr: string): string | undefined {
  const lines = stderr.trimEnd().split("\n");
  const last = lines.at(-1)!.trim();
  const traceback = lines.findLastIndex((line) => TRACEBACK.test(line));
  if (traceback < 0) return last || undefined;
  const isGroup = lines[traceback]!.includes("+");
  const after = lines.slice(traceback + 1);
  const end = after.findIndex((line) =>
    isGroup ? /^ *\| [^ ]/.test(line) && EXCEPTION_LINE.test(line) : /^\S/.test(line)
  );
  const shown = EXCEPTION_LINE.exec(after[end] ?? "")?.[1];
  // The members of a group follow in a drawing of their own.
  const isLast = after.slice(end + 1).every((line) => isGroup && /^ *[|+]/.test(line));
  return shown !== undefined && isLast ? shown : last;
}
