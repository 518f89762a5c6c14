/** Where an entry stands: the key of the table of servers, and the server's name in it. */
export type EntryPath = readonly [key: string, name: string];

/** How one format of configuration files is read and changed; what is not the entry stays as it is. */
export interface Format {
  title: string;
  /** The values of a text; an empty one holds nothing. Throws a `SyntaxError` that names the line. */
  read(text: string): unknown;
  /** The text with the entry, which replaces one of the same name. */
  set(text: string, at: EntryPath, value: Record<string, unknown>): string;
  /** The text without the entry, which is there. */
  remove(text: string, at: EntryPath): string;
}
