import { type RayApi, RayRefusal } from "./ray_api.ts";

const TRIES = 20;
const PAUSE_MS = 1000;
/** How long Ray may take to notice the end of a job, after which it puts back what was deleted before. */
const PUT_BACK_MS = 3000;

/**
 * Deletes a job from a cluster. It has ended here, which the cluster may see a moment later.
 *
 * @throws where the cluster does not answer, or keeps it
 */
export async function forgetJob(api: RayApi, id: string): Promise<void> {
  let problem: unknown;
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      await api.delete(id);
      await pause(PUT_BACK_MS);
      if (!await api.job(id)) return;
    } catch (error) {
      if (error instanceof RayRefusal && error.status === 404) return;
      if (!(error instanceof RayRefusal)) throw error;
      problem = error;
      await pause(PAUSE_MS);
    }
  }
  throw problem ?? new Error("Ray puts it back again and again");
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
