import { listSessions, type SessionView } from "../../../runs/sessions/list_sessions.ts";
import type { Cli } from "../command/cli.ts";
import { renderTable } from "../terminal/table.ts";
import { oneLine } from "../terminal/terminal_text.ts";
import { columnsOf, paintFor, print, printJson, say } from "../terminal/terminal.ts";

/** `sessions show`. */
export async function showSession(
  { app }: Cli,
  { session, json }: { session: string; json: boolean },
): Promise<void> {
  const sessions = await listSessions(app, session);
  if (json) return printJson({ sessions });
  const view = sessions[0]!;
  print(`${describeSession(view)}\n`);
  for (const one of view.dependencies) print(`  with ${oneLine(one)}\n`);
  if (!view.variables) return say("Its variables can be listed once its cell has ended.\n");
  if (view.variables.length === 0) return say("It has no variables yet.\n");
  print(renderTable(
    [
      { title: "NAME", paint: paintFor(Deno.stdout).bold },
      { title: "TYPE" },
      { title: "SHAPE" },
      { title: "BYTES", alignRight: true },
      { title: "VALUE", shrinks: true },
    ],
    view.variables.map(({ name, type, shape, size_bytes, preview }) => [
      name,
      type,
      String(shape ?? ""),
      String(size_bytes ?? ""),
      preview ?? "",
    ]),
    columnsOf(Deno.stdout),
  ));
}

/** A session in one line. */
export function describeSession(view: SessionView): string {
  const { session, state, python_version, cells, directory } = view;
  const count = cells === 1 ? "1 cell" : `${cells} cells`;
  return `${session} · ${state} · Python ${python_version ?? "…"} · ${count} · ${
    oneLine(directory)
  }`;
}
