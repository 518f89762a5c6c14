import assert from "node:assert/strict";
import { cli } from "../../helpers/cli.ts";
import { type DashboardScene, testPage } from "../../helpers/dashboard_scene.ts";
import { BEGAN, began, printed, ran, shown, writeSession } from "../../helpers/transcript_scene.ts";

function session({ page }: DashboardScene, name: string) {
  return page.getByRole("button", { name: new RegExp(`^Session ${name},`) });
}

testPage("a session that has ended is shown as a notebook would show it", async (scene) => {
  const { page } = scene;
  const error = {
    output_type: "error",
    ename: "E",
    evalue: "no",
    traceback: ["Tb", "\x1b[31mE: no"],
  };
  const html = { output_type: "execute_result", data: { "text/html": "<b>x</b>" } };
  assert.equal(await page.locator("#sessions-box").isVisible(), false);
  writeSession(scene.home.join("home"), "work", [
    began(),
    ran(1, "print('<b>one</b>')", [printed("<b>one</b>\n")]),
    ran(2, "1 / 0", [error as never], "failed"),
    { type: "end", at: BEGAN, reason: "it was killed by SIGSEGV", died: true },
    began(),
    ran(3, "plot()", [shown("pictures/cell_3_1.png"), html as never]),
  ]);
  // It is told of while the page is open.
  await session(scene, "work").click();
  await page.getByRole("heading", { level: 2, name: "work" }).waitFor();
  const one = page.getByLabel("Cell 1");
  assert.deepEqual(await one.locator("pre").allTextContents(), [
    "print('<b>one</b>')",
    "<b>one</b>\n",
  ]);
  assert.equal(await page.getByLabel("Cell 2").locator(".error").textContent(), "Tb\nE: no");
  await page.getByText("The session died here: it was killed by SIGSEGV.").waitFor();
  const picture = page.getByRole("img", { name: "Cell 3, output 1" });
  await picture.waitFor();
  assert.equal(await picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth), 1);
  assert.equal(await page.getByLabel("Cell 3").locator(".printed").textContent(), "<b>x</b>\n");

  const notebook = await scene.server.fetch("/api/sessions/work/notebook");
  assert.match(notebook.headers.get("content-disposition")!, /attachment; filename="work.ipynb"/);
  assert.equal((await notebook.json()).cells.length, 4);
  // The address leads there again.
  await page.reload();
  await page.getByLabel("Cell 3").waitFor();
  Deno.removeSync(scene.home.join("home/sessions/work"), { recursive: true });
});

testPage("a session's cells appear while they run, and can be interrupted", async (scene) => {
  const { page, home } = scene;
  const run = (...args: string[]) => cli(home, ["sessions", "run", "live", ...args]);
  await run("x = 41", "--no-uv", "-p", "/usr/bin/python3");
  try {
    await session(scene, "live").click();
    await page.getByLabel("Cell 1").waitFor();
    const code = "import time; print('on it', flush=True); time.sleep(600)";
    await run("--detach", code);
    const two = page.getByLabel("Cell 2");
    await two.getByText("on it", { exact: true }).waitFor();
    await two.getByText("running").waitFor();
    await page.getByRole("button", { name: "Interrupt" }).click();
    await page.locator("#confirm-yes").click();
    await two.getByText("interrupted").waitFor();
    await run("x + 1");
    await page.getByLabel("Cell 3").getByText("42", { exact: true }).waitFor();
    await page.getByRole("button", { name: "End", exact: true }).click();
    await page.locator("#confirm-yes").click();
    await page.getByText("Ended: it was ended with py_session_end").waitFor();
  } finally {
    await cli(home, ["sessions", "end", "live"]);
  }
});
