import assert from "node:assert/strict";
import { cli } from "../../helpers/cli.ts";
import { type DashboardScene, testPage } from "../../helpers/dashboard_scene.ts";

/** Runs a script of a name in a folder of its own to its end; returns its path. */
async function run(scene: DashboardScene, folder: string, source: string, ...args: string[]) {
  const path = scene.home.join(folder, "train.py");
  Deno.mkdirSync(scene.home.join(folder), { recursive: true });
  Deno.writeTextFileSync(path, source);
  await cli(scene.home, ["run", "--no-uv", "-C", scene.home.join(folder), path, "--", ...args]);
  return path;
}

const FAILS = `def share(x):\n    return 1 / x\n\nprint("so far")\n\nshare(0)\n`;

testPage("rows of one script are told apart by arguments and folder", async (scene) => {
  await run(scene, "a", "1", "--epochs", "3", "two words");
  await run(scene, "b", "1", "--epochs", "5");
  await run(scene, "b", "1");
  await scene.page.getByText("completed · ").nth(2).waitFor();
  const shown = await scene.page.locator(".row").allInnerTexts();
  const told = shown.map((text) => text.replaceAll(/\s+/g, " "));
  assert.match(told[0]!, /✓ train\.py 0\.\d s completed · .* · b$/);
  assert.match(told[1]!, /✓ train\.py --epochs 5 0\.\d s completed · .* · b$/);
  assert.match(told[2]!, /✓ train\.py --epochs 3 'two words' 0\.\d s completed · .* · a$/);
});

testPage("a job's page shows its script, folded, with the line that failed", async (scene) => {
  const { page } = scene;
  await run(scene, "a", FAILS);
  await scene.choose("train.py");
  const script = page.getByLabel("Script", { exact: true }).locator("pre");
  await page.getByText("Script · train.py").waitFor();
  assert.equal(await script.isVisible(), false);
  await page.getByRole("button", { name: "line 2" }).click();
  await script.getByText("return 1 / x").waitFor();
  assert.equal(await script.locator(".marked").textContent(), "    return 1 / x\n");
  // Numbers are no text: what is copied is the script.
  assert.equal(await script.textContent(), FAILS);
  const number = await page.evaluate(
    `getComputedStyle(document.querySelector(".script .line"), "::before").content`,
  );
  assert.equal(number, "counter(line)");
});

testPage("a job's page says what ran where, and what started it", async (scene) => {
  const { page } = scene;
  const path = await run(scene, "a", "1", "-n", "3");
  await scene.choose("train.py");
  const facts = Object.fromEntries(
    await page.locator("dl > div").evaluateAll((all) =>
      all.map((one) => [...one.children].map((child) => child.textContent))
    ) as [string, string][],
  );
  assert.equal(facts.Command, `python ${path} -n 3`);
  assert.equal(facts.Folder, scene.home.join("a"));
  assert.match(facts.Interpreter!, /^\/.*python3[\d.]*$/);
  assert.equal(facts["Started by"], "command line");
});

testPage("a job's page says so when the script is another by now, or gone", async (scene) => {
  const { page } = scene;
  const path = await run(scene, "a", "print('old')");
  await scene.choose("train.py");
  // The times of files may be as coarse as a second.
  Deno.writeTextFileSync(path, "print('new')");
  Deno.utimeSync(path, new Date(), new Date(Date.now() + 5000));
  await page.getByText("Script · train.py").click();
  await page.getByText("The file has changed since this job ran").waitFor();
  await page.getByText("print('new')").waitFor();
  await run(scene, "b", "1");
  Deno.removeSync(scene.home.join("b", "train.py"));
  await scene.row("train.py").nth(1).waitFor();
  await scene.row("train.py").first().click();
  await page.locator("dd", { hasText: scene.home.join("b") }).first().waitFor();
  await page.getByText("Script · train.py").click();
  await page.getByText(/Cannot show the script: .* is gone/).waitFor();
  // The browser itself reports the answer of status 400.
  scene.browser.complaints.splice(0);
});

testPage("a job runs again from its page when that is confirmed", async (scene) => {
  const { page } = scene;
  await run(scene, "a", "import sys, os; print(sys.argv[1:], os.getcwd())", "-n", "3");
  await scene.choose("train.py");
  await page.locator("#output").getByText("-n").waitFor();
  const first = await page.locator("#output").textContent();
  await page.getByRole("button", { name: "Run again" }).first().click();
  await page.locator("#confirm-yes").click();
  await scene.row("train.py").nth(1).waitFor();
  await page.locator("dd", { hasText: /^dashboard$/ }).waitFor();
  await page.locator("#output").getByText("-n").waitFor();
  assert.equal(await page.locator("#output").textContent(), first);
});

testPage("a job with secrets is not run again from its page, which says how to", async (scene) => {
  const { page } = scene;
  const path = scene.home.join("a.py");
  Deno.writeTextFileSync(path, "1");
  await cli(scene.home, ["run", "--no-uv", "-e", "TOKEN=s3cret", path]);
  await scene.choose("a.py");
  await page.locator("dd", { hasText: "TOKEN" }).waitFor();
  await page.getByRole("button", { name: "Run again" }).first().click();
  await page.locator("#confirm-yes").click();
  await page.locator("#message").getByText(/jobs rerun -e TOKEN=… /).waitFor();
  scene.browser.complaints.splice(0);
});
