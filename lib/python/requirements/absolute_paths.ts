import { isAbsolute, resolve } from "node:path";

export type Table = Record<string, unknown>;

/** The settings of uv with each relative path in them resolved from a folder, for use elsewhere. */
export function withAbsolutePaths(toolUv: Table, folder: string): Table {
  const whole = (path: unknown) =>
    typeof path !== "string" || isAbsolute(path) || /^[a-z+]+:/i.test(path) || /^[~$]/.test(path)
      ? path
      : resolve(folder, path);
  const inTable = (table: unknown, key: string): unknown =>
    isTable(table) && key in table ? { ...table, [key]: whole(table[key]) } : table;
  const each = (value: unknown, change: (item: unknown) => unknown): unknown =>
    Array.isArray(value) ? value.map(change) : change(value);

  const result = { ...toolUv };
  if (isTable(result.sources)) {
    result.sources = Object.fromEntries(
      Object.entries(result.sources).map((
        [name, source],
      ) => [name, each(source, (one) => inTable(one, "path"))]),
    );
  }
  if ("index" in result) result.index = each(result.index, (one) => inTable(one, "url"));
  for (const key of ["find-links", "extra-index-url", "index-url"]) {
    if (key in result) result[key] = each(result[key], whole);
  }
  return result;
}

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function tableOf(value: unknown): Table {
  return isTable(value) ? value : {};
}

export function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
