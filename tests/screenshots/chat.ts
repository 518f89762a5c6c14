/**
 * Writes the pictures of a plot and of a session in a client's chat to `docs/images/`. The chat is a plain
 * page; what the tools answered, and the view of the job, are the server's.
 */
import type { AppBridge } from "@modelcontextprotocol/ext-apps/app-bridge";
import { fileURLToPath } from "node:url";
import { endChromium, TestBrowser } from "../helpers/browser.ts";
import { connect, type Connection, type ToolResult } from "../helpers/connect.ts";
import { uvFolder } from "../helpers/run_plan.ts";
import { TestHome } from "../helpers/test_home.ts";
import { ViewHost } from "../helpers/view_host.ts";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const SIZE = { width: 760, height: 400 };

const STYLE = `
  body { font: 14px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 16px; max-width: 728px;
    box-sizing: border-box; background: #fafafa; color: #222 }
  .user { margin: 0 0 12px auto; width: fit-content; padding: 8px 14px; border-radius: 14px; background: #e3ecf8 }
  .tool { margin: 0 0 8px; color: #666; font-size: 12px }
  pre { margin: 0 0 4px; padding: 8px 12px; background: #fff; border: 1px solid #ddd; border-radius: 8px;
    font: 12.5px/1.45 ui-monospace, monospace }
  pre.out { border-style: dashed; margin-bottom: 12px }
  img { display: block; width: 400px; margin: 0 0 12px }`;

const PLOT = `import matplotlib.pyplot as plt
from math import sin

weeks = range(1, 53)
orders = [40 + 25 * sin(week / 5) + week / 3 for week in weeks]
plt.figure(figsize=(6, 2.8))
plt.plot(weeks, orders)
plt.title("Orders a week")
plt.show()
print("52 weeks, best:", round(max(orders)))`;

const CELLS = [
  `import csv, io
rows = list(csv.DictReader(io.StringIO("week,orders\\n" + "\\n".join(
    f"{week},{40 + week * 7 % 23 + week // 2}" for week in range(1, 53)))))
len(rows)`,
  `import matplotlib.pyplot as plt
orders = [int(row["orders"]) for row in rows]   # rows is still there
plt.figure(figsize=(6, 2.4))
plt.bar(range(1, 53), orders)
plt.title("Orders a week");`,
  `max(rows, key=lambda row: int(row["orders"]))`,
];

await using stack = new AsyncDisposableStack();
stack.defer(endChromium);
const home = stack.use(await TestHome.create());
const server = stack.use(
  await connect({
    home: home.path,
    kind: "2.x, 2026-07-28",
    env: { PATH: `${await uvFolder()}:${Deno.env.get("PATH")}`, UV_EXCLUDE_NEWER: "2026-11-28" },
  }),
);
await plotInChat(server);
await sessionInChat(server);

async function plotInChat({ client, readResource }: Connection): Promise<void> {
  const { text } = await readResource("ui://python-mcp/job");
  await using host = await ViewHost.show(text!, client);
  const { page } = host.browser;
  // What is below the view's window would not be drawn.
  await page.setViewportSize({ ...SIZE, height: 740 });
  await page.addStyleTag({ content: STYLE });
  await page.evaluate(`document.body.insertAdjacentHTML("afterbegin",
    '<p class="user">Plot the orders of last year, week by week.</p>' +
    '<p class="tool">python-mcp · py_run_script_with_dependencies</p>');
    document.querySelector("iframe").style.height = "620px"`);
  const input = {
    script_content: PLOT,
    dependencies: ["matplotlib==3.10.0"],
    job_label: "orders",
    time_budget_seconds: 300,
  };
  await host.bridge.sendToolInput({ arguments: input });
  const name = "py_run_script_with_dependencies";
  const result = await client.callTool({ name, arguments: input }, { timeout: 300_000 });
  await host.bridge.sendToolResult(result as Parameters<AppBridge["sendToolResult"]>[0]);
  await host.view.locator("#output").getByText("52 weeks").waitFor();
  await host.view.getByRole("img").first().waitFor();
  await page.screenshot({ path: `${FOLDER}chat-plot.png` });
}

async function sessionInChat(server: Connection): Promise<void> {
  const shown = [`<p class="user">Look at the orders in orders.csv. Which week was the best?</p>`];
  for (const code of CELLS) {
    const answer = await server.call("py_session_run", {
      code,
      dependencies: ["matplotlib==3.10.0"],
      time_budget_seconds: 300,
    }, { timeout: 300_000 });
    shown.push(...cell(code, answer));
  }
  await server.call("py_session_end", {});
  await using browser = await TestBrowser.start();
  await browser.page.setViewportSize(SIZE);
  await browser.page.setContent(`<!DOCTYPE html><style>${STYLE}</style>${shown.join("")}`);
  await browser.page.screenshot({ path: `${FOLDER}chat-session.png`, fullPage: true });
}

/** A cell as a chat shows it: what was run, what it gave, and its picture. */
function cell(code: string, { json, content }: ToolResult): string[] {
  const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const picture = content.find(({ type }) => type === "image");
  return [
    `<p class="tool">python-mcp · py_session_run · cell ${json.cell}</p><pre>${
      escaped(code)
    }</pre>`,
    json.result ? `<pre class="out">${escaped(String(json.result))}</pre>` : "",
    picture ? `<img src="data:${picture.mimeType};base64,${picture.data}">` : "",
  ];
}
