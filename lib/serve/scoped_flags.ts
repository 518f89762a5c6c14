/** Where Python is looked for; see `lib/python/find_executables.ts`. */
export interface ScopedOptions {
  home: string;
  env: Record<string, string>;
  /** The real uv, if there is one. */
  uv: string | undefined;
  /** The Python that runs launcher and supervisors. */
  python: string;
  /** The address to listen on, for HTTP. */
  listen?: string;
}

/**
 * The permissions that the server needs, as flags of `deno run`: it reads anywhere (scripts lie
 * anywhere), writes below its home, and starts one Python, which starts all else. uv is started by
 * that Python too.
 */
export function scopedFlags({ home, python, listen }: ScopedOptions): string[] {
  return [
    "--allow-read",
    `--allow-write=${escaped(home)}`,
    `--allow-run=${escaped(python)}`,
    "--allow-env",
    "--allow-sys=hostname,osRelease",
    ...(listen === undefined ? [] : [`--allow-net=${listen}`]),
  ];
}

function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}
