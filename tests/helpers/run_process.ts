/** What a command left behind. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string | URL;
  /** Joins the environment of the tests, unless `clearEnv` is set. */
  env?: Record<string, string>;
  clearEnv?: boolean;
  stdin?: string;
  timeoutMs?: number;
}

/** Runs a command to its end. */
export async function runProcess(
  [program, ...args]: string[],
  { stdin = "", timeoutMs, ...options }: RunOptions = {},
): Promise<Ended> {
  const child = new Deno.Command(program!, {
    ...options,
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs),
  }).spawn();
  return await untilEnded(child, stdin);
}

/** Gives a process with three pipes its input, and returns what it has written once it has ended. */
export async function untilEnded(child: Deno.ChildProcess, stdin = ""): Promise<Ended> {
  const writer = child.stdin.getWriter();
  // A program that does not read its input may have ended.
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
