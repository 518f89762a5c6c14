import { SessionFiles } from "../../jobs/files/session_files.ts";
import type { App } from "../../runs/app.ts";
import { endSession } from "../../runs/sessions/end_session.ts";
import { readStory } from "../../runs/sessions/read_story.ts";
import { checkSessionName } from "../../runs/sessions/session_options.ts";
import { transcriptNotebook } from "../../runs/sessions/transcript_notebook.ts";
import { artifactResponse } from "./artifact_response.ts";
import { sessionDetailOf, sessionsOf } from "./session_json.ts";

/**
 * What the page asks of sessions; `undefined`: there is no such thing.
 *
 * @throws UserError when there is no such session
 */
export async function sessionAnswer(
  app: App,
  route: string,
  name: string,
  rest: string,
  request: Request,
): Promise<Response | Record<string, unknown> | undefined> {
  if (route.includes(" ID")) checkSessionName(name);
  switch (route) {
    case "GET sessions":
      return { sessions: await sessionsOf(app) };
    case "GET sessions ID":
      return { ...await sessionDetailOf(app, name) };
    case "GET sessions ID pictures": {
      const { pictures } = new SessionFiles(app.jobs.home, name);
      return await artifactResponse(pictures, rest, request.headers.get("range"));
    }
    case "GET sessions ID notebook":
      return notebookResponse(app, name);
    case "POST sessions ID interrupt":
    case "POST sessions ID end": {
      const action = route.endsWith("end") ? "end" : "interrupt";
      const asked = { session: name, action, replay: false, client: "dashboard" } as const;
      return { ...await endSession(app, asked) };
    }
  }
}

/** The notebook of a session, as a download. */
function notebookResponse({ jobs }: App, name: string): Response {
  const files = new SessionFiles(jobs.home, name);
  return new Response(transcriptNotebook(name, readStory(files), files.folder), {
    headers: {
      "Content-Type": "application/x-ipynb+json",
      "Content-Disposition": `attachment; filename="${name}.ipynb"`,
      "Content-Security-Policy": "default-src 'none'; sandbox",
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
      "Cross-Origin-Resource-Policy": "same-origin",
    },
  });
}
