/** What the flags depend on. */
export interface ScopedOptions {
  home: string;
  /** The Python that runs launcher and supervisors. */
  python: string;
  /** The address and port to listen on, for HTTP. */
  listen?: string;
}

/**
 * The permissions that the server needs, as flags of `deno run`: it reads anywhere, since scripts lie
 * anywhere, writes below its home, and starts one Python, which starts all else, uv included.
 */
export function scopedFlags({ home, python, listen }: ScopedOptions): string[] {
  return [
    "--allow-read",
    "--allow-env",
    // Whose the home has to be.
    "--allow-sys=uid",
    `--allow-write=${escaped(home)}`,
    `--allow-run=${escaped(python)}`,
    ...(listen === undefined ? [] : [`--allow-net=${listen}`]),
  ];
}

/** Commas separate the paths of a flag. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}
