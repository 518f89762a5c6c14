import type { Cli } from "../command/cli.ts";
import { followRun } from "../jobs/follow_run.ts";
import { endInput, isInTerminal, passInputOn, refuseInput } from "../jobs/pass_input_on.ts";
import { readStdin } from "../terminal/read_stdin.ts";
import { sayEndOfCell } from "./end_of_cell.ts";
import { startCell, type StartChoice } from "./start_cell.ts";

/** What a person asks of `sessions run`. */
export interface CellChoice extends StartChoice {
  /** `-`: from standard input. */
  code: string;
  timeoutSeconds?: number;
  label?: string;
  detach: boolean;
  json: boolean;
}

/** `sessions run`: code as a cell, followed to its end, or until Ctrl-C. */
export async function runInSession(cli: Cli, choice: CellChoice): Promise<void> {
  const hasTerminal = !choice.detach && choice.code !== "-" && isInTerminal();
  const code = choice.code === "-" ? await readStdin() : choice.code;
  const id = await startCell(cli.app, choice, code);
  if (hasTerminal) passInputOn(cli.app, id);
  else if (!choice.detach) refuseInput(cli.app, id);
  await followRun(cli, id, choice, sayEndOfCell);
  if (hasTerminal) await endInput(cli.app, id);
}
