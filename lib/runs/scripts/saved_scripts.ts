import {
  findScript,
  listScripts,
  type SavedScript,
  saveScript as keepScript,
  type ScriptToSave,
} from "../../python/library/script_library.ts";
import { readSource } from "../../python/source/source_text.ts";
import type { App } from "../app.ts";

export type { SavedScript } from "../../python/library/script_library.ts";

/** The home that scripts are kept in. */
type InHome = Pick<App, "settings">;

/** Keeps a script under a name, a broken one with a note; never replaces one unasked. */
export function saveScript(
  { settings }: InHome,
  script: Omit<ScriptToSave, "home">,
): ReturnType<typeof keepScript> {
  return keepScript({ ...script, home: settings.home });
}

/** All saved scripts, by name. */
export function listSavedScripts({ settings }: InHome): Promise<SavedScript[]> {
  return listScripts(settings.home);
}

/** The source of a saved script; `undefined`: there is none of that name. */
export function readSavedScript({ settings }: InHome, name: string): string | undefined {
  let path: string;
  try {
    path = findScript(settings.home, name);
  } catch {
    return undefined; // no such script, or no name that one may have
  }
  return readSource(path);
}
