import assert from "node:assert/strict";
import { TestBrowser } from "../../helpers/browser.ts";
import { testPage } from "../../helpers/dashboard_scene.ts";
import { fillHome } from "../../helpers/fill_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const GO = (go: string) => `while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)`;

testPage(
  "the page shows a job without being loaded again when it starts and ends",
  async (scene) => {
    const go = scene.home.join("go");
    await scene.running(
      `import os, time\nfrom python_mcp import create_progress_callback\n` +
        `create_progress_callback()(3, 4, "counting")\n${GO(go)}`,
      "count",
    );
    await scene.row("count").getByText("running").waitFor();
    await scene.choose("count");
    const bar = scene.page.getByRole("progressbar");
    assert.equal(await bar.getAttribute("aria-valuenow"), "75");
    Deno.writeTextFileSync(go, "");
    await scene.page.locator("#status").getByText("completed").waitFor();
    await scene.row("count").getByText("completed").waitFor();
  },
);

testPage("the page cancels a job when that is confirmed", async (scene) => {
  await scene.running("import time; time.sleep(600)", "long");
  await scene.choose("long");
  await scene.page.locator("#status").getByText("running").waitFor();
  await scene.page.keyboard.press("c");
  await scene.page.getByRole("button", { name: "Keep it" }).click();
  assert.equal(await scene.page.locator("#status").textContent(), "●running");
  await scene.page.getByRole("button", { name: "Cancel job" }).click();
  await scene.page.locator("#confirm-yes").click();
  await scene.page.locator("#status").getByText("cancelled").waitFor();
});

testPage("the page removes ended jobs when it is told to clean up", async (scene) => {
  await scene.ended("1", "good");
  await scene.ended("raise SystemExit(1)", "bad");
  await scene.row("bad").waitFor();
  await scene.page.getByRole("button", { name: "Clean up…" }).click();
  await scene.page.locator("#prune-age").selectOption("0");
  await scene.page.getByRole("button", { name: "Remove", exact: true }).click();
  await scene.row("good").waitFor({ state: "detached" });
  assert.equal(await scene.row("bad").count(), 1);
});

testPage("the page shows only what fits when it is filtered", async (scene) => {
  await scene.ended("1", "alpha");
  await scene.ended("raise SystemExit(1)", "beta");
  await scene.row("beta").waitFor();
  await scene.page.getByRole("button", { name: "failed 1" }).click();
  await scene.row("alpha").waitFor({ state: "detached" });
  await scene.page.getByRole("button", { name: "all 2" }).click();
  await scene.row("alpha").waitFor();
  await scene.page.keyboard.press("/");
  await scene.page.keyboard.type("alp");
  await scene.row("beta").waitFor({ state: "detached" });
  assert.equal(await scene.row("alpha").count(), 1);
});

testPage("the page can be used with the keyboard alone", async (scene) => {
  await scene.ended("print('older')", "older");
  await scene.ended("print('newer')", "newer");
  await scene.row("newer").waitFor();
  await scene.row("older").waitFor();
  for (const key of ["j", "j", "Enter"]) await scene.page.keyboard.press(key);
  await scene.page.getByRole("heading", { level: 2, name: "older" }).waitFor();
  for (const key of ["k", "Enter"]) await scene.page.keyboard.press(key);
  await scene.page.getByRole("heading", { level: 2, name: "newer" }).waitFor();
  await scene.page.keyboard.press("Escape");
  await scene.page.getByText("Choose a job").waitFor();
});

testPage("the page says which job started one when it has a parent", async (scene) => {
  await scene.row("child").getByText("↳ parent").waitFor();
  await scene.choose("child");
  await scene.page.getByRole("button", { name: "parent", exact: true }).click();
  await scene.page.getByRole("heading", { level: 2, name: "parent" }).waitFor();
}, (home) => {
  const [parent] = fillHome(home.join("home"), 1, () => ({ label: "parent" }));
  fillHome(home.join("home"), 1, () => ({ label: "child", parent }));
});

testPage("the page removes a job when that is confirmed", async (scene) => {
  await scene.choose("old");
  await scene.page.getByRole("button", { name: "Remove" }).click();
  await scene.page.locator("#confirm-yes").click();
  await scene.row("old").waitFor({ state: "detached" });
  await scene.page.getByText("There are no jobs yet.").waitFor();
}, (home) => void fillHome(home.join("home"), 1, () => ({ label: "old" })));

testPage("the page shows a new job without being asked when it starts elsewhere", async (scene) => {
  await scene.page.getByText("There are no jobs yet.").waitFor();
  await scene.ended("1", "new");
  await scene.row("new").getByText("completed").waitFor();
});

testPage("the page stays quick when a home has 10,000 jobs", async (scene) => {
  const { page } = scene;
  await scene.row("job 9999").waitFor();
  assert.equal(await page.locator(".row").count(), 100);
  await page.getByRole("button", { name: "Older jobs" }).click();
  await scene.row("job 9800").waitFor();
  assert.equal(await page.locator(".row").count(), 200);
  await page.keyboard.press("/");
  await page.keyboard.type("JOB 77");
  await scene.row("job 7799").waitFor();
  await scene.row("job 9999").waitFor({ state: "detached" });
  await page.keyboard.type("77");
  await waitFor(async () => await page.locator(".row").count() === 1, {
    what: "the one job",
  });
  await page.getByRole("button", { name: "all 10000" }).waitFor();
}, (home) => void fillHome(home.join("home"), 10_000, (n) => ({ label: `job ${n}` })));

testPage("a row's two times are told by one clock, the server's", async (scene) => {
  const { page } = scene;
  await scene.running("import time; time.sleep(600)", "long");
  await scene.row("long").getByText("running").waitFor();
  for (let looks = 0; looks < 20; looks++) {
    const row = (await scene.row("long").getAttribute("aria-label"))!;
    const [, ago, ran] = /running · (just now|\d+ s ago).*, (\d+)(?:\.\d)? s$/.exec(row) ?? [];
    assert(ran, row);
    const apart = ago === "just now" ? Number(ran) : parseInt(ago!) - Number(ran);
    // A job waits a moment before it starts, and each time is cut to seconds by itself.
    assert(apart >= -1 && apart < 30, row);
    await page.waitForTimeout(500);
  }
});

testPage("a row counts from the server's time when the browser's clock is wrong", async (scene) => {
  await scene.ended("1", "old");
  await using other = await TestBrowser.start();
  await other.page.addInitScript("{ const now = Date.now; Date.now = () => now() + 7200_000; }");
  await scene.logIn(other);
  await other.page.locator(".row").getByText(/just now|^completed · \\d+ s ago/).waitFor();
});

testPage("the page counts the seconds when a job runs in silence", async (scene) => {
  await scene.running("import time; time.sleep(600)", "long");
  await scene.choose("long");
  const duration = scene.page.locator("#duration");
  await duration.getByText(/^\d/).waitFor();
  const first = parseFloat((await duration.textContent())!);
  await waitFor(async () => parseFloat((await duration.textContent())!) >= first + 2, {
    what: "two seconds more",
  });
});
