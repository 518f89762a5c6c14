interface Committed {
  /** Which distribution an import means where the rule below would choose another. */
  overrides: Record<string, string>;
  /** Import names by distribution, most downloaded first; empty: the distribution's own name. */
  distributions: Record<string, string>;
}

/** An import name of the committed table, and the distribution that provides it. */
export interface Provided {
  module: string;
  distribution: string;
}

/** The committed table of import names, ready for look-ups. */
export class DistributionTable {
  readonly #distributions = new Map<string, string>();
  readonly #namespaces = new Set<string>();

  constructor({ overrides, distributions }: Committed) {
    for (const [distribution, names] of Object.entries(distributions)) {
      const modules = names ? names.split(" ") : [distribution.replaceAll("-", "_")];
      for (const module of modules) this.#add(module, distribution);
    }
    for (const [module, distribution] of Object.entries(overrides)) {
      this.#distributions.set(module, distribution);
    }
  }

  /** A module's own distribution: the one of the same name, else the most downloaded. */
  #add(module: string, distribution: string) {
    const dot = module.indexOf(".");
    if (dot > 0) this.#namespaces.add(module.slice(0, dot));
    if (!this.#distributions.has(module) || normalizedName(module) === distribution) {
      this.#distributions.set(module, distribution);
    }
  }

  /**
   * The longest part of a dotted module that the table knows, and its distribution: none for a name
   * that is not in the table, however much it looks like one that is.
   */
  find(module: string): Provided | undefined {
    for (let end = module.length; end > 0; end = module.lastIndexOf(".", end - 1)) {
      const part = module.slice(0, end);
      const distribution = this.#distributions.get(part);
      if (distribution) return { module: part, distribution };
    }
  }

  /** Whether several distributions share this top-level name (`google`, `azure`, `zope`). */
  isNamespace(topLevel: string): boolean {
    return this.#namespaces.has(topLevel);
  }
}

function normalizedName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

let table: Promise<DistributionTable> | undefined;

/**
 * The table of `distributions.json`, read at the first call: the server's start does not wait for
 * it.
 *
 * @example
 * ```ts
 * import { loadDistributionTable } from "./distribution_for_import.ts";
 *
 * const table = await loadDistributionTable();
 * table.find("yaml.nodes"); // { module: "yaml", distribution: "pyyaml" }
 * table.find("reqeusts"); // undefined
 * ```
 */
export function loadDistributionTable(): Promise<DistributionTable> {
  table ??= import("./distributions.json", { with: { type: "json" } })
    .then((file) => new DistributionTable(file.default));
  return table;
}
