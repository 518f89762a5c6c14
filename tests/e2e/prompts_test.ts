import assert from "node:assert/strict";
import { endedJob } from "../helpers/ended_job.ts";
import { SharedServers } from "../helpers/shared_servers.ts";

const shared = new SharedServers();

Deno.test("prompts/list and prompts/get write what to do about a failed job", async () => {
  const { home, server } = await shared.begin();
  const { prompts } = await server.client.listPrompts();
  assert.deepEqual(prompts.map(({ name }) => name), [
    "plan_long_run",
    "explore_data",
    "diagnose_failed_job",
  ]);
  const explore = await server.client.getPrompt({
    name: "explore_data",
    arguments: { goal: "the warmest month", session: "weather" },
  });
  assert.match(JSON.stringify(explore.messages), /in the session weather: the warmest month/);
  const job_id = await endedJob(server, home, "print('before')\n1/0");
  const { messages } = await server.client.getPrompt({
    name: "diagnose_failed_job",
    arguments: { job_id },
  });
  const { text } = messages[0]!.content as { text: string };
  assert.match(text, /ZeroDivisionError: division by zero/);
  assert.match(text, /before/);
});

for (
  const [what, name, args] of [
    ["a required argument is missing", "plan_long_run", {}],
    ["there is no such prompt", "nothing", {}],
    ["there is no such job", "diagnose_failed_job", { job_id: "x" }],
  ] as const
) {
  Deno.test(`prompts/get answers -32602 when ${what}`, async () => {
    const { server } = await shared.begin();
    const answer = server.client.getPrompt({ name, arguments: args });
    await assert.rejects(answer, { code: -32602 });
  });
}
