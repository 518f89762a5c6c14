import { pause } from "../../../base/pause.ts";
import { UserError } from "../../../base/user_error.ts";
import { SessionFiles } from "../../../jobs/files/session_files.ts";
import type { App } from "../../../runs/app.ts";
import { listSessions, type SessionView } from "../../../runs/sessions/list_sessions.ts";
import { checkSessionName } from "../../../runs/sessions/session_options.ts";
import { invocation } from "../../program/invocation.ts";
import type { Cli } from "../command/cli.ts";
import { isInTerminal } from "../jobs/pass_input_on.ts";
import { LineReader } from "../terminal/line_reader.ts";
import { say } from "../terminal/terminal.ts";
import { Prompt } from "./prompt.ts";
import { describeSession } from "./show_session.ts";
import type { StartChoice } from "./start_cell.ts";

/** How long to wait for a session that is just starting, before a person may type; milliseconds. */
const STARTS_MS = 10_000;
const LOOK_MS = 50;

/** `sessions attach`: cells that a person types, until Ctrl-D. */
export async function attach({ app }: Cli, choice: StartChoice): Promise<void> {
  const { session } = choice;
  const files = new SessionFiles(app.jobs.home, checkSessionName(session));
  if (!isInTerminal() || !Deno.stdout.isTerminal()) {
    throw new UserError(
      `Cannot attach to the session ${session}: standard input or output is not a terminal. ` +
        `\`${invocation()} sessions run ${session} -\` takes code from standard input.`,
    );
  }
  const view = await lookOnceStarted(app, files);
  say(`${view ? describeSession(view) : `${session} · the first cell starts it`}\n`);
  say("Ctrl-C interrupts a cell, Ctrl-D leaves; the session goes on.\n");
  using lines = new LineReader();
  await new Prompt(app, choice, lines).serve(view);
  if (files.lives) {
    say(`The session ${session} lives on. End it: ${invocation()} sessions end ${session}\n`);
  }
}

/** The session as it is; where it is just starting, once its first cell runs. */
async function lookOnceStarted(app: App, files: SessionFiles): Promise<SessionView | undefined> {
  const deadline = performance.now() + STARTS_MS;
  while (files.lives && performance.now() < deadline) {
    const { state, running, queued = [] } = files.state ?? { state: "starting" };
    if (state !== "starting" && (running || queued.length === 0)) break;
    await pause(LOOK_MS);
  }
  return files.lives ? (await listSessions(app, files.name))[0] : undefined;
}
