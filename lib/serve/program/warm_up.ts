import type { App } from "../../runs/app.ts";

/**
 * Makes ready for the first call. What hinders that (no permission, no Python, no room) is no reason
 * to end: every call that meets it says so to its caller.
 */
export function warmUp(app: App): void {
  try {
    app.jobs.warmUp();
    app.jobs.keepRefreshing();
    app.jobs.sweep();
  } catch (error) {
    app.log.warn(`not ready for runs: ${error instanceof Error ? error.message : error}`);
  }
}
