import assert from "node:assert/strict";
import { testPage } from "../../helpers/dashboard_scene.ts";
import { waitFor } from "../../helpers/wait_for.ts";

testPage("the page charts CPU and memory when a job runs", async (scene) => {
  await scene.running("x = bytearray(60_000_000)\nwhile True: pass", "busy");
  await scene.choose("busy");
  const cpu = scene.page.getByRole("img", { name: /^CPU: now [1-9]\d+ %/ });
  await cpu.waitFor();
  const memory = await scene.page.getByRole("img", { name: /^Memory/ }).getAttribute("aria-label");
  const megabytes = Number(/now (\d+) MB/.exec(memory!)![1]);
  assert(megabytes > 55 && megabytes < 200, memory!);
  const axes = await scene.page.locator(".plot").allInnerTexts();
  assert.match(axes[0]!, /^\d00 %\s+\d+ %\s+0\s+60 s ago\s+now$/);
  assert.match(axes[1]!, /^(\d+) MB\s+\d+ MB\s+0\s+60 s ago\s+now$/);
});

testPage("the page shows plots and texts when a script left artifacts", async (scene) => {
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  await scene.ended(
    `import base64, os\nfolder = os.environ["PYTHON_MCP_ARTIFACTS"]\n` +
      `open(folder + "/plot.png", "wb").write(base64.b64decode("${png}"))\n` +
      `open(folder + "/table.csv", "w").write("a,<b>\\n")`,
    "plots",
  );
  await scene.choose("plots");
  const image = scene.page.getByRole("img", { name: "plot.png" });
  await image.waitFor();
  await waitFor(() => scene.page.evaluate(`document.querySelector("img").naturalWidth === 1`), {
    what: "the plot",
  });
  await scene.page.getByText("a,<b>").waitFor();
});

testPage("every control of the page has a name", async (scene) => {
  await scene.ended("print(1)", "one");
  await scene.choose("one");
  const nameless = await scene.page.evaluate(`
    [...document.querySelectorAll("button, input, select, [role]")].filter((node) =>
      node.checkVisibility() && !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length ||
        ["status", "alert"].includes(node.getAttribute("role")))
    ).map((node) => node.outerHTML)`);
  assert.deepEqual(nameless, []);
});

testPage("the page fits when it is as narrow as a phone", async (scene) => {
  await scene.ended(
    "print('x' * 500)",
    "a label that is long enough to need more than a line".repeat(2),
  );
  await scene.page.setViewportSize({ width: 360, height: 700 });
  await scene.page.locator(".row").click();
  await scene.page.locator("#output").getByText("xxx").waitFor();
  const fits = () => scene.page.evaluate(`document.documentElement.scrollWidth <= innerWidth`);
  assert(await fits());
  assert.equal(await scene.page.locator("#side").isVisible(), false);
  await scene.page.getByRole("button", { name: "← All jobs" }).click();
  assert(await scene.page.locator("#side").isVisible());
  assert(await fits());
});

testPage("output and plots are on the first screen of a phone, and facts fold", async (scene) => {
  await scene.ended(
    `import os\nprint("drawn")\n` +
      `with open(os.environ["PYTHON_MCP_ARTIFACTS"] + "/plot.svg", "w") as file:\n` +
      `    file.write('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')`,
    "plot",
  );
  const { page } = scene;
  await page.setViewportSize({ width: 320, height: 640 });
  await page.locator(".row").click();
  for (const seen of [page.locator("#output"), page.getByRole("img", { name: "plot.svg" })]) {
    await seen.waitFor();
    const { y, height } = (await seen.boundingBox())!;
    assert(y + height <= 640, `ends at ${y + height}`);
  }
  assert.equal(await page.locator("dl").isVisible(), false);
  await page.locator("summary").first().click();
  assert(await page.locator("dl").isVisible());
  await page.setViewportSize({ width: 1000, height: 640 });
  assert.equal(await page.locator(".facts summary").isVisible(), false);
});

testPage("the header fits on one line when a phone is 320 pixels wide", async (scene) => {
  const { page } = scene;
  await page.setViewportSize({ width: 320, height: 640 });
  const heights = await page.locator("h1, header button:visible, #connection").evaluateAll((
    nodes,
  ) => nodes.map((node) => [node.clientHeight, node.getBoundingClientRect().right]));
  assert(heights.length >= 4);
  for (const [height, right] of heights) assert(height! < 36 && right! <= 320 - 8, `${heights}`);
});

/** The texts whose colours are too near to those behind them (WCAG 2.1, 1.4.3: 4.5 to 1). */
const FAINT = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  let seen = 0;
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !node.checkVisibility() || node.closest("script, style, .mark")) continue;
    seen++;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(behind(node))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push([text.data, contrast]);
  }
  return { seen, faint };
})()`;

for (const colorScheme of ["light", "dark"] as const) {
  testPage(
    `every text of the page can be told from its ground when it is ${colorScheme}`,
    async (scene) => {
      await scene.ended("1", "good");
      await scene.ended("raise ValueError('bad')", "bad");
      await scene.running("import time; time.sleep(600)", "long");
      const { page } = scene;
      await page.emulateMedia({ colorScheme });
      for (const label of ["good", "bad", "long"]) {
        await scene.choose(label);
        await page.locator("#status").waitFor();
        const { seen, faint } = await page.evaluate(FAINT) as { seen: number; faint: unknown[] };
        assert(seen > 20, `${seen} texts`);
        assert.deepEqual(faint, []);
      }
    },
  );
}

testPage("the page keeps the colours that were chosen when it is loaded again", async (scene) => {
  const { page } = scene;
  const ground = () => page.evaluate(`getComputedStyle(document.body).backgroundColor`);
  await page.emulateMedia({ colorScheme: "light" });
  const light = await ground();
  await page.getByRole("button", { name: "Colours: as the system" }).click();
  await page.getByRole("button", { name: "Colours: light" }).click();
  await page.getByRole("button", { name: "Colours: dark" }).waitFor();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole("button", { name: "Colours: dark" }).waitFor();
  assert.equal(await ground(), dark);
});

testPage("nothing on the page moves by itself when less motion is wanted", async (scene) => {
  const { page } = scene;
  await scene.running("import time; time.sleep(600)", "long");
  const mark = page.locator(".mark.running");
  const animation = () =>
    page.evaluate(`getComputedStyle(document.querySelector(".mark.running")).animationName`);
  await mark.waitFor();
  await page.emulateMedia({ reducedMotion: "no-preference" });
  assert.equal(await animation(), "pulse");
  await page.emulateMedia({ reducedMotion: "reduce" });
  assert.equal(await animation(), "none");
});

testPage("the page says a change of status to those who listen when a job ends", async (scene) => {
  const go = scene.home.join("go");
  await scene.running(
    `import os, time\nwhile not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)`,
    "long",
  );
  await scene.row("long").getByText("running").waitFor();
  Deno.writeTextFileSync(go, "");
  await scene.page.locator("#news[role=status]").getByText("long: completed").waitFor();
});
