import { dirname, join, resolve } from "node:path";

/** A symbolic link on the way to a file. */
export interface Link {
  path: string;
  target: string;
}

const MOST_LINKS = 40;

/** Where a path leads, and the links on the way, each by its own real path. */
export function followLinks(path: string): { real: string; links: Link[] } {
  const links: Link[] = [];
  let real = "/";
  let waiting = resolve(path).split("/").filter((part) => part !== "");
  while (waiting.length > 0) {
    const [part, ...rest] = waiting;
    const here = join(real, part!);
    const target = linkAt(here);
    if (target === undefined || links.length >= MOST_LINKS) {
      real = here;
      waiting = rest;
      continue;
    }
    links.push({ path: here, target });
    const leads = resolve(dirname(here), target);
    real = "/";
    waiting = [...leads.split("/").filter((part) => part !== ""), ...rest];
  }
  return { real, links };
}

function linkAt(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}
