import assert from "node:assert/strict";
import { hasChromium, TestBrowser } from "../../helpers/browser.ts";
import { cli, startJob } from "../../helpers/cli.ts";
import { DashboardServer } from "../../helpers/dashboard_server.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const ignore = !hasChromium();

/** A home with a dashboard, seen in a browser. */
class Scene implements AsyncDisposable {
  readonly #running: string[] = [];

  private constructor(
    readonly home: TestHome,
    readonly server: DashboardServer,
    readonly browser: TestBrowser,
  ) {}

  static async open(): Promise<Scene> {
    const home = await TestHome.create();
    const scene = new Scene(home, await DashboardServer.start(home), await TestBrowser.start());
    await scene.page.goto(scene.server.address);
    return scene;
  }

  get page() {
    return this.browser.page;
  }

  async ended(source: string, label: string): Promise<string> {
    const id = await startJob(this.home, source, label);
    await cli(this.home, ["jobs", "wait", id]);
    return id;
  }

  async running(source: string, label: string): Promise<string> {
    const id = await startJob(this.home, source, label);
    this.#running.push(id);
    return id;
  }

  row(label: string) {
    return this.page.getByRole("button", { name: new RegExp(`^${label},`) });
  }

  async choose(label: string): Promise<void> {
    await this.row(label).click();
    await this.page.getByRole("heading", { level: 2, name: label }).waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.#running) await cli(this.home, ["jobs", "cancel", id]);
    await this.browser[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

const test = (name: string, run: (scene: Scene) => Promise<void>) =>
  Deno.test({
    name,
    ignore,
    fn: async () => {
      await using scene = await Scene.open();
      await run(scene);
      assert.deepEqual(scene.browser.complaints, []);
    },
  });

const GO = (go: string) => `while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)`;

test("the page shows a job without being loaded again when it starts and ends", async (scene) => {
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
});

test("the page follows output when the script prints", async (scene) => {
  const go = scene.home.join("go");
  await scene.running(
    `import os, time\nprint("first", flush=True)\n${GO(go)}\n` +
      `print("second", flush=True)\ntime.sleep(600)`,
    "talk",
  );
  await scene.choose("talk");
  const output = scene.page.locator("#output");
  await output.getByText("first").waitFor();
  Deno.writeTextFileSync(go, "");
  await output.getByText("second").waitFor();
  assert.equal(await output.textContent(), "first\nsecond\n");
});

test("the page shows text when a script prints HTML", async (scene) => {
  const evil =
    `<script>document.title="taken"</script><img src=x onerror='document.title="taken"'>`;
  await scene.ended(
    `print(${JSON.stringify(evil)})\nraise ValueError(${JSON.stringify(evil)})`,
    evil,
  );
  const row = scene.page.locator(".row .label");
  assert.equal(await row.textContent(), evil);
  await row.click();
  await scene.page.locator("#output").getByText("<script>").waitFor();
  assert.equal(await scene.page.locator("#output").textContent(), `${evil}\n`);
  assert.equal(await scene.page.locator("#detail script, #detail img").count(), 0);
  assert.equal(await scene.page.title(), "Jobs · python-mcp");
});

test("the page reads the end of the output, and more on demand, when there is much", async (scene) => {
  const id = await scene.ended("for i in range(100_000): print('line', i)", "much");
  const asked: string[] = [];
  scene.page.on("request", (request) => asked.push(request.url()));
  await scene.choose("much");
  const output = scene.page.locator("#output");
  await output.getByText("line 99999").waitFor();
  assert(!(await output.textContent())!.includes("line 50000\n"));
  const before = (await output.textContent())!.split("\n")[0]!;
  assert.match(before, /^line \d+$/);
  const length = (await output.textContent())!.length;
  await scene.page.locator("#earlier").click();
  await waitFor(async () => (await output.textContent())!.length > length, {
    what: "earlier output",
    timeoutMs: 10_000,
  });
  const lines = (await output.textContent())!.trimEnd().split("\n").map((one) => +one.slice(5));
  assert.deepEqual(
    lines,
    Array.from({ length: lines.length }, (_, i) => 100_000 - lines.length + i),
  );
  assert.equal(asked.filter((url) => url.includes(`${id}/output/stdout`)).length, 2);
});

test("the page shows stderr when it is chosen", async (scene) => {
  await scene.ended(
    "import sys; print('out'); print('\\x1b[31merr\\x1b[0m', file=sys.stderr)",
    "both",
  );
  await scene.choose("both");
  await scene.page.getByRole("tab", { name: /stderr/ }).click();
  await scene.page.locator("#output").getByText("err").waitFor();
  assert.equal(await scene.page.locator("#output").textContent(), "err\n");
});

test("the page charts CPU and memory when a job runs", async (scene) => {
  await scene.running("x = bytearray(60_000_000)\nwhile True: pass", "busy");
  await scene.choose("busy");
  const cpu = scene.page.getByRole("img", { name: /^CPU: now [1-9]\d+ %/ });
  await cpu.waitFor();
  const memory = await scene.page.getByRole("img", { name: /^Memory/ }).getAttribute("aria-label");
  const megabytes = Number(/now (\d+) MB/.exec(memory!)![1]);
  assert(megabytes > 55 && megabytes < 200, memory!);
});

test("the page shows plots and texts when a script left artifacts", async (scene) => {
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
    timeoutMs: 10_000,
  });
  await scene.page.getByText("a,<b>").waitFor();
});

test("the page cancels a job when that is confirmed", async (scene) => {
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

test("the page removes ended jobs when it is told to clean up", async (scene) => {
  await scene.ended("1", "good");
  await scene.ended("raise SystemExit(1)", "bad");
  await scene.row("bad").waitFor();
  await scene.page.getByRole("button", { name: "Clean up…" }).click();
  await scene.page.locator("#prune-age").selectOption("0");
  await scene.page.getByRole("button", { name: "Remove", exact: true }).click();
  await scene.row("good").waitFor({ state: "detached" });
  assert.equal(await scene.row("bad").count(), 1);
});

test("the page shows only what fits when it is filtered", async (scene) => {
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

test("the page can be used with the keyboard alone", async (scene) => {
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

test("every control of the page has a name", async (scene) => {
  await scene.ended("print(1)", "one");
  await scene.choose("one");
  const nameless = await scene.page.evaluate(`
    [...document.querySelectorAll("button, input, select, [role]")].filter((node) =>
      !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length ||
        ["status", "alert"].includes(node.getAttribute("role")))
    ).map((node) => node.outerHTML)`);
  assert.deepEqual(nameless, []);
});

test("the page fits when it is as narrow as a phone", async (scene) => {
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

test("the page keeps the token for the session and out of the address", async (scene) => {
  await scene.page.getByText("live", { exact: true }).waitFor();
  assert.equal(scene.page.url(), `${scene.server.origin}/`);
  await scene.page.reload();
  await scene.page.getByText("live", { exact: true }).waitFor();
});

Deno.test({
  name: "the page asks for the token when it has none, and again when it is wrong",
  ignore,
  fn: async () => {
    await using scene = await Scene.open();
    const { page, server } = scene;
    await page.evaluate(`sessionStorage.clear()`);
    await page.goto(`${server.origin}/?again`);
    const field = page.locator("#token");
    await field.fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("The server does not know this token.").waitFor();
    await field.fill(server.token);
    await page.keyboard.press("Enter");
    await page.getByText("live", { exact: true }).waitFor();
  },
});
