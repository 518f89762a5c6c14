import { listSessions, type SessionView } from "../../../runs/sessions/list_sessions.ts";
import { invocation } from "../../program/invocation.ts";
import type { Cli } from "../command/cli.ts";
import { formatAge } from "../terminal/durations.ts";
import { renderTable } from "../terminal/table.ts";
import { columnsOf, paintFor, print, printJson, say } from "../terminal/terminal.ts";

/** `sessions`. */
export async function listSessionsOf({ app }: Cli, { json }: { json: boolean }): Promise<void> {
  const sessions = await listSessions(app);
  if (json) return printJson({ sessions });
  if (sessions.length === 0) {
    const start = `${invocation()} sessions attach default`;
    return say(`No session lives in ${app.settings.home}. Start one: ${start}\n`);
  }
  print(renderTable(
    [
      { title: "SESSION", paint: paintFor(Deno.stdout).bold },
      { title: "STATE" },
      { title: "CELLS", alignRight: true },
      { title: "PYTHON" },
      { title: "MEMORY", alignRight: true },
      { title: "AGE", alignRight: true },
      { title: "USED", alignRight: true },
      { title: "DIRECTORY", shrinks: true },
    ],
    sessions.map(cells),
    columnsOf(Deno.stdout),
  ));
}

function cells(view: SessionView): string[] {
  const { session, state, cells, python_version, memory_mb, directory } = view;
  return [
    session,
    state,
    String(cells),
    python_version ?? "",
    memory_mb === null ? "" : `${Math.round(memory_mb)} MB`,
    ageOf(view.started_at),
    ageOf(view.last_used_at),
    directory,
  ];
}

function ageOf(time: string | null): string {
  return time === null ? "" : formatAge(Date.parse(time));
}
