import { join } from "node:path";

/** What sandboxes keep from one run to the next, below the program's own folder. */
export function keptFolders(home: string) {
  const state = join(home, "sandbox");
  return {
    state,
    /** For what scripts compute anew otherwise, such as matplotlib's list of fonts. */
    cache: join(state, "cache"),
    /** uv's cache: what is built in a sandbox, nothing outside one may install. */
    uv: join(state, "uv"),
    /** The interpreters that uv downloads. */
    pythons: join(state, "python"),
  };
}
