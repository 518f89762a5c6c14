import { CLIENTS } from "../../lib/serve/install/clients.ts";
import { markdownTable } from "./markdown_table.ts";

/** The clients that `install` knows, as the guide shows them. */
export function clientsTable(): string {
  return markdownTable(
    ["client", "`--client`", "file on Linux", "`--http`", "seen by CI"],
    CLIENTS.map(({ name, title, path, httpEntry, seen }) => [
      title,
      `\`${name}\``,
      `\`${path({ env: { HOME: "~" }, os: "linux" })}\``,
      httpEntry ? "yes" : "no",
      seen ? "runs Python" : "file only",
    ]),
  );
}
