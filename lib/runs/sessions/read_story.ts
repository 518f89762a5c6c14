import { exists } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import type { SessionFiles } from "../../jobs/files/session_files.ts";
import { readTranscript } from "./read_transcript.ts";
import { checkSessionName } from "./session_options.ts";
import { type SessionStory, tellStory } from "./session_story.ts";

/**
 * What a session did, also one that has ended.
 *
 * @throws UserError when there is no such session
 */
export function readStory(files: SessionFiles): SessionStory {
  checkSessionName(files.name);
  const { record } = files;
  if (!record && !exists(files.transcript)) {
    throw new UserError(
      `There is no session ${files.name}. py_sessions lists those that live; py_session_run starts one.`,
    );
  }
  const story = tellStory(readTranscript(files));
  if (story.began || !record) return story;
  // It began before its transcript was put aside, or its Python has not begun yet.
  const { id, created_at: at, python, directory, dependencies } = record;
  const python_version = files.state?.python_version ?? null;
  const began = {
    type: "session" as const,
    id,
    at,
    python,
    python_version,
    directory,
    dependencies,
  };
  return { ...story, began };
}
