import { UserError } from "../../../base/user_error.ts";
import { endSession } from "../../../runs/sessions/end_session.ts";
import { type Cli, COMMAND_LINE } from "../command/cli.ts";
import { print, printJson } from "../terminal/terminal.ts";
import { plainLines } from "../terminal/terminal_text.ts";

/** What a person asks of `sessions end`. */
export interface EndChoice {
  session: string;
  interrupt: boolean;
  restart: boolean;
  replay: boolean;
  json: boolean;
}

/** `sessions end`. */
export async function endSessionOf({ app }: Cli, choice: EndChoice): Promise<void> {
  const { session, interrupt, restart, replay, json } = choice;
  if (interrupt && restart) throw new UserError("Give --interrupt or --restart, not both.");
  if (replay && !restart) throw new UserError("--replay goes with --restart.");
  const action = interrupt ? "interrupt" : restart ? "restart" : "end";
  const answer = await endSession(app, { session, action, replay, client: COMMAND_LINE });
  if (json) return printJson(answer);
  print(`${plainLines(answer.message)}\n`);
  if (answer.note !== undefined) print(`${plainLines(answer.note)}\n`);
}
