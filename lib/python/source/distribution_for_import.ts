import { WELL_KNOWN } from "./well_known_distributions.ts";

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

// How much rarer than the most downloaded one a distribution with the module's own name may be:
// `mlflow` is right beside `mlflow-skinny`, `websocket` is not beside `websocket-client`.
const rarerByName = 4;

/** The committed table of import names, ready for look-ups. */
export class DistributionTable {
  readonly #distributions = new Map<string, string>();
  readonly #namespaces = new Set<string>();

  constructor({ overrides, distributions }: Committed) {
    const firstRank = new Map<string, number>();
    Object.entries(distributions).forEach(([distribution, names], i) => {
      const modules = names ? names.split(" ") : [distribution.replaceAll("-", "_")];
      for (const module of modules) {
        const first = firstRank.get(module) ?? i + 1;
        firstRank.set(module, first);
        const named = normalizedName(module) === distribution && i + 1 <= rarerByName * first;
        if (first === i + 1 || named) this.#distributions.set(module, distribution);
      }
    });
    for (const [module, distribution] of WELL_KNOWN) {
      if (!this.#distributions.has(module)) this.#distributions.set(module, distribution);
    }
    for (const [module, distribution] of Object.entries(overrides)) {
      this.#distributions.set(module, distribution);
    }
    for (const module of this.#distributions.keys()) {
      const [namespace = "", ...rest] = module.split(".");
      if (rest.length > 0) this.#namespaces.add(namespace);
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
