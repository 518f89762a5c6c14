/**
 * A server of your own whose tool is smart async: a call that takes longer than its budget goes on as
 * a job, and every python-mcp server of the same user shows that job with its progress and cancels it.
 *
 * Run it with `deno run -A examples/own_server.ts`. Outside this checkout, import
 * `jsr:@x/python-mcp` or the path of its `main.ts`.
 */
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createProgressCallback, smartAsync } from "@x/python-mcp";
import { z } from "zod";

const input = z.object({
  items: z.array(z.string()).describe("Words to turn around"),
  seconds_per_item: z.number().min(0).default(0.1),
  async_mode: z.boolean().optional(),
  time_budget_seconds: z.number().min(0).optional(),
  job_label: z.string().optional(),
});

/** Answers with the result when it is there within 5 seconds, else with the id of a job. */
const processItems = smartAsync(
  { name: "process_items", timeoutEnv: "PROCESS_ITEMS_TIMEOUT", defaultTimeout: 5 },
  async ({ items, seconds_per_item }: z.output<typeof input>, { signal }) => {
    const progress = createProgressCallback();
    const processed: string[] = [];
    progress(0, items.length, "Starting");
    for (const item of items) {
      signal.throwIfAborted();
      processed.push(await turnAround(item, seconds_per_item));
      progress(processed.length, items.length, `Processed ${item}`);
    }
    return { processed };
  },
);

/** Stands for work that takes its time. */
async function turnAround(text: string, seconds: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return [...text].reverse().join("");
}

serveStdio(() => {
  const server = new McpServer({ name: "own-server", version: "1.0.0" });
  server.registerTool("process_items", {
    description: "Turns words around. A long list goes on as a job; py_job_status follows it.",
    inputSchema: input,
  }, async (request) => {
    const structuredContent = { ...await processItems(request) };
    return {
      content: [{ type: "text", text: JSON.stringify(structuredContent) }],
      structuredContent,
    };
  });
  return server;
});
