/** Writes the pictures of the dashboard to `docs/images/`, from real jobs in a real browser. */
import { fileURLToPath } from "node:url";
import { endChromium } from "../helpers/browser.ts";
import { cli } from "../helpers/cli.ts";
import { DashboardScene } from "../helpers/dashboard_scene.ts";
import { waitFor } from "../helpers/wait_for.ts";
import { CRAWL, FAILS, HTML, HUGE, PLOTS, REPORT, TRAIN } from "./jobs.ts";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));

Deno.mkdirSync(FOLDER, { recursive: true });
await using stack = new AsyncDisposableStack();
stack.defer(endChromium);
const scene = stack.use(await DashboardScene.open());
const { page } = scene;
await scene.ended(HUGE, "archive-logs");
await scene.ended(FAILS, "import-customers");
await scene.ended(PLOTS, "plot-sales");
await scene.ended(HTML, "render-templates");
await cli(scene.home, ["jobs", "cancel", await scene.running(CRAWL, "crawl-shop")]);
await scene.running(TRAIN, "train-model");
await scene.running(REPORT, "nightly-report", { PYTHON_MCP_MAX_RUNNING: "1" });

await page.setViewportSize({ width: 1100, height: 740 });
await scene.choose("train-model");
await page.locator("#output").getByText("epoch 26 ").waitFor({ timeout: 60_000 });
await save("dashboard-light", "light");
await save("dashboard-dark", "dark");

await scene.choose("plot-sales");
await page.getByRole("img", { name: "revenue.svg" }).waitFor();
await save("dashboard-artifacts", "light");

await page.setViewportSize({ width: 390, height: 780 });
await page.getByRole("button", { name: "← All jobs" }).click();
await save("dashboard-phone-list", "dark");
await scene.choose("train-model");
await waitFor(() => page.evaluate(`document.querySelectorAll("polyline")[1].points.length > 8`), {
  what: "some points in the chart",
  timeoutMs: 60_000,
});
await save("dashboard-phone", "dark");

async function save(name: string, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.screenshot({ path: `${FOLDER}${name}.png` });
}
