/** What the flags depend on. */
export interface ScopedOptions {
  home: string;
  /** The Python that runs launcher and supervisors. */
  python: string;
  /** The address and port to listen on, for HTTP. */
  listen?: string;
  /** The address of a Ray cluster. */
  ray?: string;
}

/**
 * The permissions that the server needs, as flags of `deno run`: it reads anywhere, since scripts lie
 * anywhere, writes below its home, and starts one Python, which starts all else, uv included.
 */
export function scopedFlags({ home, python, listen, ray }: ScopedOptions): string[] {
  const net = [...(listen === undefined ? [] : [listen]), ...(ray ? [hostOf(ray)] : [])];
  return [
    "--allow-read",
    "--allow-env",
    // Whose the home has to be.
    "--allow-sys=uid",
    `--allow-write=${escaped(home)}`,
    `--allow-run=${escaped(python)}`,
    ...(net.length === 0 ? [] : [`--allow-net=${net.join(",")}`]),
  ];
}

/** Host and port of a URL; the port of its scheme where it names none. */
function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

/** Commas separate the paths of a flag. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}
