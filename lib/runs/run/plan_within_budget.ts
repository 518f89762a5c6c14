import { hideSecrets } from "../../base/hide_secrets.ts";
import type { Draft, ProcessRequest } from "../../jobs/process/process_request.ts";
import type { RayRequest } from "../../jobs/ray/ray_submitter.ts";
import {
  answerWithinBudget,
  type BackgroundAnswer,
  exceededAnswer,
  startedAnswer,
} from "../../jobs/waiting/answer_within_budget.ts";
import type { App } from "../app.ts";

/** What a run is planned to be. */
export type PlannedRequest = ProcessRequest | RayRequest;

/** In which a call that cannot be carried out is told so, however small its budget. */
const LEAST_SECONDS = 3;
const NOTE =
  "What it runs with is still being found out; should that fail, the job's error says why";

/**
 * What a run is planned to be. One that is still being planned when the budget ends goes on as a job.
 *
 * @param budget Seconds, as the caller gave them.
 * @param left Seconds that are left of it.
 */
export async function planWithinBudget(
  app: App,
  draft: Draft,
  plan: () => Promise<PlannedRequest>,
  { budget, left }: { budget: number; left: number },
): Promise<PlannedRequest | BackgroundAnswer> {
  const { jobs } = app;
  const planned = plan();
  try {
    return (await answerWithinBudget(Math.max(left, LEAST_SECONDS), planned, async () => {
      const position = jobs.promise(draft);
      void app.untilPlanned(goOn(app, draft, planned));
      const answer = budget === 0
        ? startedAnswer(draft.id)
        : exceededAnswer(draft.id, budget, await position);
      await position;
      return { ...answer, note: NOTE };
    }))!;
  } catch (error) {
    if (!draft.isPromised) jobs.discard(draft);
    throw error;
  }
}

/** Starts a job whose caller has its id. */
async function goOn(
  { jobs, log }: App,
  draft: Draft,
  planned: Promise<PlannedRequest>,
): Promise<void> {
  try {
    await jobs.start(draft, { ...await planned, background: true });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    await jobs.fail(draft, hideSecrets(text))
      .catch((cause) => log.warn(`job ${draft.id} is to be ended later (${text}): ${cause}`));
  }
}
