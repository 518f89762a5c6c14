import type { App } from "../../runs/app.ts";
import { listSavedScripts } from "../../runs/scripts/saved_scripts.ts";
import { sessionNames } from "../../runs/sessions/session_names.ts";

const MOST_COMPLETIONS = 100;

/** `completion/complete` for the ids and names in templates and prompts. */
export async function complete(argument: string, value: string, app: App) {
  const all = await candidates(argument, app);
  const fitting = all.filter((candidate) => candidate.startsWith(value));
  return {
    completion: {
      values: fitting.slice(0, MOST_COMPLETIONS),
      total: fitting.length,
      hasMore: fitting.length > MOST_COMPLETIONS,
    },
  };
}

async function candidates(argument: string, app: App): Promise<string[]> {
  switch (argument) {
    case "job_id":
      return (await app.jobs.list({ limit: 1000 })).rows.map(({ id }) => id);
    case "stream":
      return ["stdout", "stderr"];
    case "name":
    case "script_name":
      return (await listSavedScripts(app)).map(({ name }) => name);
    case "session":
      return sessionNames(app);
    default:
      return [];
  }
}
