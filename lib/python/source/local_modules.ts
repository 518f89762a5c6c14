import { dirname, isAbsolute, join } from "node:path";

/** What Python would import from one folder on its path. */
export class LocalModules {
  readonly #kinds = new Map<string, "module" | "folder">();

  /** @param directory which need not exist */
  constructor(readonly directory: string) {
    for (const entry of entriesOf(directory)) {
      const [name = "", ...extensions] = entry.name.split(".");
      if (/^(?:py|so|pyd)$/.test(extensions.at(-1) ?? "")) this.#kinds.set(name, "module");
      else if (extensions.length === 0 && !entry.isFile && !this.#kinds.has(name)) {
        this.#kinds.set(name, "folder");
      }
    }
  }

  /** Whether a module or package of this name is imported before any that is installed. */
  has(name: string): boolean {
    const kind = this.#kinds.get(name);
    return kind === "module" ||
      (kind === "folder" && isFile(join(this.directory, name, "__init__.py")));
  }

  /** Whether a folder without `__init__.py` has the name: it counts only where nothing installed does. */
  hasLooseFolder(name: string): boolean {
    return this.#kinds.get(name) === "folder" && !this.has(name) &&
      entriesOf(join(this.directory, name)).length > 0;
  }

  /**
   * The Python files that an import runs, those of its packages first.
   *
   * @param module as `Need` has it
   * @param importer the folder of the file that imports it, which relative imports start from
   */
  filesOf(module: string, importer: string): string[] {
    const level = /^\.*/.exec(module)![0].length;
    let folder = level === 0 ? this.directory : importer;
    for (let i = 1; i < level; i++) folder = dirname(folder);
    const files = level === 0 ? [] : [join(folder, "__init__.py")];
    for (const part of module.slice(level).split(".").filter((one) => one !== "")) {
      const inside = join(folder, part);
      if (!isFile(join(inside, "__init__.py")) && isFile(`${inside}.py`)) {
        files.push(`${inside}.py`);
        break;
      }
      if (statOf(inside)?.isDirectory !== true) break;
      files.push(join(inside, "__init__.py"));
      folder = inside;
    }
    return files.filter(isFile);
  }

  /** A file that is run by its path; `.py` may be left out, as in IPython. */
  fileAt(path: string): string | undefined {
    const whole = isAbsolute(path) ? path : join(this.directory, path);
    return [whole, `${whole}.py`].find((one) => one.endsWith(".py") && isFile(one));
  }
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile === true;
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined; // what may not be looked at cannot be imported either
  }
}

/** The entries of a folder; none where it cannot be read, so that detection goes on without it. */
function entriesOf(directory: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(directory)];
  } catch {
    return [];
  }
}
