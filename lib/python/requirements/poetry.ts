import { lazyCrypto } from "../../base/lazy_node.ts";
import { isAbsolute, join, resolve } from "node:path";
import { exists } from "../../base/private_files.ts";
import { isTable, type Table, tableOf } from "./absolute_paths.ts";
import { normalizeName } from "../source/requirement.ts";
import { type PoetryLock, readPoetryLock } from "./poetry_lock.ts";
import type { SourcePackage } from "./source_package.ts";

const BUILD_SYSTEM = {
  "requires": ["poetry-core"],
  "build-backend": "poetry.core.masonry.api",
};

/** Whether a `pyproject.toml` is a project in Poetry's own form, without a `[project]` table. */
export function isPoetry({ project, tool }: Table): boolean {
  return project === undefined && isTable(tableOf(tool).poetry);
}

/**
 * A project in Poetry's own form. Its own library translates the requirements: it gets them, those of
 * the groups that `poetry install` takes among them, as a package of the form that it can build. Where
 * there is a `poetry.lock`, its versions are kept to.
 */
export async function poetryPackage(table: Table, folder: string): Promise<SourcePackage> {
  const poetry = tableOf(tableOf(table.tool).poetry);
  const groups = Object.values(tableOf(poetry.group)).map(tableOf)
    .filter((group) => group.optional !== true).map((group) => tableOf(group.dependencies));
  const dependencies = Object.assign(
    {},
    ...groups,
    tableOf(poetry["dev-dependencies"]),
    tableOf(poetry.dependencies),
  ) as Table;
  const lock = await readPoetryLock(folder);
  const isPackage = poetry["package-mode"] !== false && hasCode(poetry, folder);
  const { stringify } = await import("smol-toml");
  const pyproject = stringify({
    "build-system": BUILD_SYSTEM,
    tool: {
      poetry: {
        name: String(poetry.name ?? "project"),
        version: "0",
        description: "",
        authors: [],
        dependencies: wholePaths(dependencies, folder),
      },
      uv: indexes(poetry, dependencies),
    },
  }, { numbersAsFloat: true });
  return {
    folder,
    standIn: { "pyproject.toml": pyproject },
    install: ["needs of stand-in", ...(isPackage ? ["editable" as const] : [])],
    ...(lock && { constraints: lock.constraints, note: lockNote(lock) }),
    fingerprint: lazyCrypto().createHash("sha256")
      .update(`${folder}\0${JSON.stringify([table, lock?.constraints], bigints)}`)
      .digest("hex"),
  };
}

function lockNote({ undecided }: PoetryLock): string {
  return undecided.length === 0
    ? "(poetry.lock)"
    : `(poetry.lock, but for ${
      undecided.join(", ")
    }, of which it does not say which version counts)`;
}

function wholePaths(dependencies: Table, folder: string): Table {
  const whole = (one: unknown): unknown =>
    Array.isArray(one)
      ? one.map(whole)
      : isTable(one) && typeof one.path === "string" && !isAbsolute(one.path)
      ? { ...one, path: resolve(folder, one.path) }
      : one;
  return Object.fromEntries(Object.entries(dependencies).map(([name, one]) => [name, whole(one)]));
}

/** Poetry's package sources: with one of the first rank PyPI no longer counts, explicit ones only by name. */
function indexes(poetry: Table, dependencies: Table): Table {
  const sources = [poetry.source ?? []].flat().map(tableOf).filter(({ url }) => url !== undefined);
  const rank = ({ priority }: Table) => priority ?? "primary";
  const last = sources.findLast((one) => rank(one) === "primary" || rank(one) === "default");
  const named = Object.entries(dependencies).filter(([, one]) => tableOf(one).source !== undefined);
  return {
    index: sources.map((source) => ({
      name: String(source.name),
      url: source.url,
      ...(rank(source) === "explicit" ? { explicit: true } : {}),
      ...(source === last ? { default: true } : {}),
    })),
    sources: Object.fromEntries(
      named.map(([name, one]) => [name, { index: String(tableOf(one).source) }]),
    ),
  };
}

/** Whether Poetry would find something to install: many of its projects are only applications. */
function hasCode(poetry: Table, folder: string): boolean {
  if (poetry.packages !== undefined) return true;
  const name = normalizeName(String(poetry.name ?? "")).replaceAll("-", "_");
  return name !== "" && [`${name}/__init__.py`, `src/${name}/__init__.py`, `${name}.py`]
    .some((path) => exists(join(folder, path)));
}

function bigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
