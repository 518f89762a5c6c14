import assert from "node:assert/strict";
import { DashboardServer } from "../../helpers/dashboard_server.ts";
import { OF_ITS_OWN, testPage } from "../../helpers/dashboard_scene.ts";

testPage("the page says so when the server is gone, and goes on when it is back", async (scene) => {
  const { page, server, home, browser } = scene;
  await server.end();
  await page.getByRole("alert").getByText("The connection to the server is lost").waitFor();
  await using _ = await DashboardServer.start(home, { port: Number(new URL(server.address).port) });
  await page.getByText("live", { exact: true }).waitFor();
  await page.getByRole("alert").waitFor({ state: "hidden" });
  // The browser complains about the server that was gone.
  const others = browser.complaints.filter((text) => !text.includes("ERR_CONNECTION_REFUSED"));
  browser.complaints.splice(0, browser.complaints.length, ...others);
}, OF_ITS_OWN);

testPage("the address of the page holds no secret when the browser was let in", async (scene) => {
  const { page, server, browser } = scene;
  assert.equal(page.url(), `${server.origin}/`);
  assert(browser.requests.some((url) => url.startsWith(server.origin)));
  assert(browser.requests.every((url) => !url.includes(server.token)));
  const kept = await page.evaluate(
    `JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])`,
  );
  assert.equal(kept, `["",{},{}]`);
  await page.reload();
  await page.getByText("live", { exact: true }).waitFor();
}, OF_ITS_OWN);

testPage("the page lets in with the token when a browser has no cookie", async (scene) => {
  const { page, server, browser } = scene;
  await page.context().clearCookies();
  await page.goto(server.origin);
  await page.getByText("main.ts dashboard").waitFor();
  await page.getByLabel("Token").fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByText("The server does not know this token.").waitFor();
  await page.getByLabel("Token").fill(server.token);
  await page.keyboard.press("Enter");
  await page.getByText("live", { exact: true }).waitFor();
  const others = browser.complaints.filter((text) => !text.includes("401"));
  browser.complaints.splice(0, browser.complaints.length, ...others);
});

testPage("the page asks to log in again when its session has ended", async (scene) => {
  const { page, browser } = scene;
  await page.context().clearCookies();
  await page.getByRole("button", { name: /^all/ }).click();
  await page.getByRole("heading", { name: "python-mcp" }).waitFor();
  await page.getByLabel("Token").waitFor();
  const others = browser.complaints.filter((text) => !text.includes("401"));
  browser.complaints.splice(0, browser.complaints.length, ...others);
});

testPage(
  "the page lets go of the server when it is hidden, and catches up when it is seen",
  async (scene) => {
    const { page, browser } = scene;
    const streams = () => browser.requests.filter((url) => url.includes("/api/events")).length;
    const hide = (hidden: boolean) =>
      page.evaluate(`
      Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));`);
    const before = streams();
    await hide(true);
    await scene.ended("1", "unseen");
    assert.equal(await scene.row("unseen").count(), 0);
    await hide(false);
    await scene.row("unseen").waitFor();
    assert.equal(streams(), before + 1);
  },
);
