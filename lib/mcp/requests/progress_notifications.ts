import type { ServerContext } from "@modelcontextprotocol/server";
import type { Progress } from "../../jobs/model/job.ts";

const STEP = 0.001;

/**
 * What sends a caller `notifications/progress`; `undefined` when it did not ask for any. Values always
 * increase, as the specification demands: what does not, such as the beginning of another bar, stands in
 * the message, and no value but its own comes with a total.
 */
export function progressNotifications(
  { mcpReq }: { mcpReq: Pick<ServerContext["mcpReq"], "_meta" | "notify"> },
): ((progress: Progress) => Promise<void>) | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = -STEP;
  let told = "";
  return async ({ current, total, message }) => {
    const isOwn = current > last;
    last = isOwn ? current : last + STEP;
    const numbers = `${current}/${total}`;
    const isNews = !isOwn && total !== null && numbers !== told;
    told = numbers;
    await mcpReq.notify({
      method: "notifications/progress",
      params: {
        progressToken,
        progress: last,
        total: isOwn ? total ?? undefined : undefined,
        message: isNews ? [numbers, message ?? ""].join(" ").trim() : message ?? undefined,
      },
    });
  };
}
