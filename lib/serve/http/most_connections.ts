import { readIfThere } from "../../base/private_files.ts";

const MOST = 4000;
const WHERE_UNKNOWN = 500;

/** How many connections a server may hold: half of the descriptors that it may open are for its jobs. */
export function mostConnections(): number {
  const descriptors = /^Max open files +(\d+)/m.exec(limits())?.[1];
  return descriptors === undefined ? WHERE_UNKNOWN : Math.min(Number(descriptors) >> 1, MOST);
}

/** Linux tells them, to who may read everything; macOS does not. */
function limits(): string {
  try {
    return readIfThere("/proc/self/limits") ?? "";
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return "";
    throw error;
  }
}
