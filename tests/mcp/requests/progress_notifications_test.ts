import assert from "node:assert/strict";
import type { Progress } from "../../../lib/jobs/model/job.ts";
import { progressNotifications } from "../../../lib/mcp/requests/progress_notifications.ts";

type Sent = { progress: number; total?: number; message?: string };

/** What a caller hears of this progress, one after the other. */
async function heard(...all: [current: number, total: number | null, message?: string][]) {
  const sent: Sent[] = [];
  const tell = progressNotifications({
    mcpReq: {
      _meta: { progressToken: 1 },
      notify: (notification) => {
        const { progressToken: _, ...params } = notification.params as Sent & {
          progressToken: number;
        };
        sent.push(JSON.parse(JSON.stringify(params)));
        return Promise.resolve();
      },
    },
  })!;
  for (const [current, total, message = null] of all) {
    await tell({ current, total, message } satisfies Progress);
  }
  return sent;
}

Deno.test("progress goes to a caller as it is while it increases", async () => {
  assert.deepEqual(await heard([0, 9], [4, 9, "four"], [9, 9]), [
    { progress: 0, total: 9 },
    { progress: 4, total: 9, message: "four" },
    { progress: 9, total: 9 },
  ]);
});

Deno.test("a sign of life increases the value, which then has no total", async () => {
  assert.deepEqual(await heard([9, 9, "on"], [9, 9, "running for 3 s"]), [
    { progress: 9, total: 9, message: "on" },
    { progress: 9.001, message: "running for 3 s" },
  ]);
});

for (
  const [what, first, second] of [
    ["starts anew", [5000, 5000], [3, 9]],
    ["has a larger total", [4363, 4400], [10, 5000]],
    ["has the same total", [8, 9], [1, 9]],
  ] as const
) {
  Deno.test(`a bar that ${what} comes without the value of another beside its total`, async () => {
    const [own, other] = await heard([...first], [...second, "second"]);
    assert.deepEqual(own, { progress: first[0], total: first[1] });
    assert.deepEqual(other, {
      progress: first[0] + 0.001,
      message: `${second[0]}/${second[1]} second`,
    });
  });
}

Deno.test("a bar comes with its total again once it is above all that was sent", async () => {
  const sent = await heard([3, 3], [1, 9], [4, 9]);
  assert.deepEqual(sent.at(-1), { progress: 4, total: 9 });
});
