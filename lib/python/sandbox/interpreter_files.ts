import { dirname, join } from "node:path";
import { exists } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { followLinks, type Link } from "./links.ts";
import { contains, type Places, showsReal } from "./places.ts";

/** What a command needs to see besides what its sandbox shows anyway. */
export interface Needed {
  readable: string[];
  links: Link[];
}

/**
 * The installation of a Python and the environment that it belongs to, as far as a sandbox hides them.
 *
 * @throws UserError when that would show the user's whole home
 */
function interpreterFiles(python: string, places: Places): Needed {
  const { real, links } = followLinks(python);
  // Each link on the way may be in an environment or an installation of its own.
  const programs = [...links.map(({ path }) => path), real];
  const folders = new Set([python, ...programs].map((program) => dirname(dirname(program))));
  const found = new Set([...folders].filter(exists).map((folder) => Deno.realPathSync(folder)));
  const readable = [...found].filter((folder) =>
    !showsReal(places, folder) && isInstallation(folder)
  );
  for (const folder of readable) {
    if (!places.hidden.some((hidden) => contains(folder, hidden))) continue;
    throw new UserError(
      `Cannot run ${python} in a sandbox: it is installed in ${folder}, which the sandbox hides. Use a ` +
        "Python with a folder of its own, such as one that uv has installed.",
    );
  }
  const isShown = (path: string) =>
    showsReal(places, path) || readable.some((folder) => contains(folder, path));
  if (!isShown(real)) readable.push(real);
  return { readable, links: links.filter(({ path }) => !isShown(path)) };
}

/**
 * Whether a folder has the standard library of a Python, or is an environment. A `lib` alone is not
 * enough: with a link to a Python in `bin`, `~/.local` has both.
 */
function isInstallation(folder: string): boolean {
  return exists(join(folder, "pyvenv.cfg")) || exists(join(folder, "conda-meta")) ||
    namesIn(join(folder, "lib")).some((name) => exists(join(folder, "lib", name, "os.py")));
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return [];
  }
}

/** What several interpreters need, each file once. */
export function filesOfAll(pythons: string[], places: Places): Needed {
  const all = pythons.map((python) => interpreterFiles(python, places));
  const links = new Map(all.flatMap(({ links }) => links).map((link) => [link.path, link]));
  return {
    readable: [...new Set(all.flatMap(({ readable }) => readable))],
    links: [...links.values()],
  };
}
