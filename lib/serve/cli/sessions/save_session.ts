import { resolve } from "node:path";
import { saveSession } from "../../../runs/sessions/save_session.ts";
import { type Cli, EXIT } from "../command/cli.ts";
import { oneLine } from "../terminal/terminal_text.ts";
import { print, printJson, say } from "../terminal/terminal.ts";

/** What a person asks of `sessions save`. */
export interface SaveChoice {
  session: string;
  path: string;
  overwrite: boolean;
  json: boolean;
}

/** `sessions save`; the path is relative to where the person is. */
export async function saveSessionOf(
  cli: Cli,
  { session, path, overwrite, json }: SaveChoice,
): Promise<void> {
  const whole = resolve(cli.app.settings.cwd, path);
  const answer = await saveSession(cli.app, { session, path: whole, overwrite });
  if (!answer.written) cli.exitCode = EXIT.failed;
  if (json) return printJson(answer);
  if (answer.written) {
    const count = answer.cells === 1 ? "1 cell" : `${answer.cells} cells`;
    print(`${count} in ${oneLine(answer.path)}\n`);
    if (answer.note) say(`note: ${answer.note}\n`);
  } else {
    say(`python-mcp: ${oneLine(answer.path)} is there already; --overwrite replaces it\n`);
  }
}
