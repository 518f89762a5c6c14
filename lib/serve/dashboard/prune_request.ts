import { z } from "zod";
import { readRequestBody } from "@modelcontextprotocol/server";
import { UserError } from "../../base/user_error.ts";
import type { PruneOptions } from "../../runs/jobs/prune_jobs.ts";

/** What the page sends to have old jobs removed; as the parameters of `py_prune_jobs`. */
const CHOICE = z.strictObject({
  keep_completed: z.boolean().optional(),
  keep_failed: z.boolean().optional(),
  max_age_hours: z.number().min(0).optional(),
});

/** Such a choice is small. */
const LONGEST_BYTES = 10_000;

/** Reads the body of `POST /api/prune`; a malformed or huge one is the caller's fault. */
export async function readPruneRequest(request: Request): Promise<PruneOptions> {
  const body = await readRequestBody(request, LONGEST_BYTES);
  if (body.tooLarge) throw new TooLarge(`The body may have at most ${LONGEST_BYTES} bytes`);
  const choice = CHOICE.safeParse(parseJson(body.text));
  if (!choice.success) {
    const [issue] = choice.error.issues;
    const where = issue!.path.length > 0 ? `\`${issue!.path.join(".")}\`: ` : "";
    throw new UserError(`Cannot remove jobs as the request asks: ${where}${issue!.message}`);
  }
  const { keep_completed, keep_failed, max_age_hours } = choice.data;
  return { keepCompleted: keep_completed, keepFailed: keep_failed, maxAgeHours: max_age_hours };
}

/** More was sent than is read. */
export class TooLarge extends Error {}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError("Cannot remove jobs as the request asks: its body is not valid JSON");
  }
}
