import type { ServerContext } from "@modelcontextprotocol/server";
import type { Progress } from "../../jobs/model/job.ts";

const STEP = 0.001;

/**
 * What sends a caller `notifications/progress`; `undefined` when it did not ask for any. Values
 * always increase, as the specification demands.
 */
export function progressNotifications(
  { mcpReq }: ServerContext,
): ((progress: Progress) => Promise<void>) | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = 0;
  return async ({ current, total, message }) => {
    last = current > last ? current : last + STEP;
    await mcpReq.notify({
      method: "notifications/progress",
      params: {
        progressToken,
        progress: last,
        total: total ?? undefined,
        message: message ?? undefined,
      },
    });
  };
}
