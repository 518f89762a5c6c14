import { SessionFiles } from "../../jobs/files/session_files.ts";
import type { App } from "../app.ts";
import { notebookPath } from "./notebook_path.ts";
import { cellsOf } from "./session_story.ts";
import { requireShownPaths } from "../run/shown_paths.ts";
import { rootsToSaveIn } from "./roots_to_save_in.ts";
import { requireOwnLevel } from "./require_own_level.ts";
import { readStory } from "./read_story.ts";
import { transcriptNotebook } from "./transcript_notebook.ts";
import { writeNotebook } from "./write_notebook.ts";

export interface SaveOptions {
  session: string;
  /** Ends with `.ipynb`; relative to the directory that the session was given, else to the server's. */
  path: string;
  /** Whether a file there may be replaced. */
  overwrite: boolean;
}

export interface SaveAnswer {
  written: boolean;
  path: string;
  /** How many cells the notebook has. */
  cells: number;
  note?: string;
}

/**
 * Writes a session, also one that has ended, as a notebook.
 *
 * @throws UserError when there is no such session, and when the notebook cannot be where it is to be
 */
export async function saveSession(
  app: App,
  { session, path, overwrite }: SaveOptions,
): Promise<SaveAnswer> {
  const { jobs, settings } = app;
  const files = new SessionFiles(jobs.home, session);
  requireOwnLevel(app, files);
  const story = readStory(files);
  const base = files.record?.asked.directory ?? settings.cwd;
  requireShownPaths(settings, settings.sandbox.level, base, { path });
  const target = notebookPath(path, base, settings.env);
  const roots = rootsToSaveIn(settings, target);
  const text = transcriptNotebook(session, story, files.folder);
  const written = await writeNotebook(target, text, overwrite, settings.env, roots);
  const running = files.lives ? files.state?.running : undefined;
  const notes = [
    written ? undefined : "There is a file already; pass overwrite: true to replace it",
    running && `Cell ${running.cell} still runs and is not in it`,
  ].filter(Boolean);
  return {
    written,
    path: target,
    cells: cellsOf(story).length,
    ...(notes.length > 0 && { note: notes.join(". ") }),
  };
}
