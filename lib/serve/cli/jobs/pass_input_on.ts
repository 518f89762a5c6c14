import { readIfThere } from "../../../base/private_files.ts";
import { pause } from "../../../base/pause.ts";
import { isFinal } from "../../../jobs/model/job.ts";
import type { App } from "../../../runs/app.ts";
import { sendInput } from "../../../runs/jobs/send_input.ts";

const LOOK_MS = 100;
const PIECE = 65536;

/** Whether a person may type here: in the background of a shell, reading would stop this process. */
export function isInTerminal(): boolean {
  if (!Deno.stdin.isTerminal()) return false;
  // State, parent, group, session, terminal, the terminal's foreground group; see proc(5).
  const fields = readIfThere("/proc/self/stat")?.split(") ").at(-1)?.split(" ");
  return fields === undefined || fields[2] === fields[5];
}

/** Sends what is typed to a job until it takes no more; it holds nobody up, and fails silently. */
export async function passInputOn(app: App, id: string): Promise<void> {
  try {
    if (!await takesInput(app, id)) return;
    const decoder = new TextDecoder();
    const bytes = new Uint8Array(PIECE);
    while (true) {
      const length = await Deno.stdin.read(bytes);
      const text = decoder.decode(bytes.subarray(0, length ?? 0), { stream: length !== null });
      await sendInput(app, id, text, length === null);
      if (length === null) return;
    }
  } catch {
    // It takes no more.
  }
}

/** Ends the input of a job that goes on; one that has ended has none. */
export async function endInput(app: App, id: string): Promise<void> {
  await sendInput(app, id, "", true).catch(() => {});
}

/** Ends the input of a cell as soon as it asks for some: nobody can type here. It fails silently. */
export async function refuseInput(app: App, id: string): Promise<void> {
  if (await takesInput(app, id).catch(() => false)) await endInput(app, id);
}

/** Waits for the start of the script; false when the job ended before. */
async function takesInput({ jobs }: App, id: string): Promise<boolean> {
  const files = jobs.files(id)!;
  while (!files.takesInput) {
    const row = await jobs.get(id);
    if (!row || isFinal(row.status)) return false;
    await pause(LOOK_MS);
  }
  return true;
}
