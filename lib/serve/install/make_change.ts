import { dirname } from "node:path";
import { explaining, locateConfig } from "./config_file.ts";
import { type Change, planChange, type Target } from "./plan_change.ts";
import { whileLocked } from "./while_locked.ts";

/** Plans a change and makes it before another `install` reads the file. */
export function makeChange(target: Target, entry: Record<string, unknown> | undefined): Change {
  const folder = dirname(locateConfig(target.file));
  if (entry) {
    explaining(`Cannot create ${folder}`, () => Deno.mkdirSync(folder, { recursive: true }));
  }
  return whileLocked(folder, () => {
    const change = planChange(target, entry);
    change.apply();
    return change;
  });
}
