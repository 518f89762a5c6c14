import assert from "node:assert/strict";
import { testPage } from "../../helpers/dashboard_scene.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const GO = (go: string) => `while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)`;

testPage("the page follows output when the script prints", async (scene) => {
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

testPage("the page shows text when a script prints HTML", async (scene) => {
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
  await scene.page.getByRole("tab", { name: /stdout/ }).click();
  await scene.page.locator("#output").getByText(/^<script>/).waitFor();
  assert.equal(await scene.page.locator("#output").textContent(), `${evil}\n`);
  assert.equal(await scene.page.locator("#detail script, #detail img").count(), 0);
  assert.equal(await scene.page.title(), "Jobs · python-mcp");
});

testPage(
  "the page reads the end of the output, and more on demand, when there is much",
  async (scene) => {
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
    });
    const lines = (await output.textContent())!.trimEnd().split("\n").map((one) => +one.slice(5));
    assert.deepEqual(
      lines,
      Array.from({ length: lines.length }, (_, i) => 100_000 - lines.length + i),
    );
    assert.equal(asked.filter((url) => url.includes(`${id}/output/stdout`)).length, 2);
  },
);

testPage("the page opens a failed job on its stderr, and others on stdout", async (scene) => {
  const both = "import sys\nprint('out')\nprint('err', file=sys.stderr)\n";
  const fates = { bad: "1/0", told: "sys.exit(3)", good: "" };
  for (const [label, end] of Object.entries(fates)) await scene.ended(both + end, label);
  for (const label of Object.keys(fates)) {
    await scene.choose(label);
    const name = label === "good" ? "stdout" : "stderr";
    await scene.page.getByRole("tab", { name, selected: true }).waitFor();
    await scene.page.locator("#output").getByText(name.slice(3)).waitFor();
  }
});

testPage("the page shows stderr when it is chosen", async (scene) => {
  await scene.ended(
    "import sys; print('out'); print('\\x1b[31merr\\x1b[0m', file=sys.stderr)",
    "both",
  );
  await scene.choose("both");
  await scene.page.getByRole("tab", { name: /stderr/ }).click();
  await scene.page.locator("#output").getByText("err").waitFor();
  assert.equal(await scene.page.locator("#output").textContent(), "err\n");
});

testPage(
  "the page keeps the place when the reader scrolls up while a job prints",
  async (scene) => {
    const go = scene.home.join("go");
    await scene.running(
      `import os, time\nfor n in range(200): print("line", n, flush=True)\n${GO(go)}\n` +
        `for n in range(200): print("more", n, flush=True)\ntime.sleep(600)`,
      "talk",
    );
    await scene.choose("talk");
    const output = scene.page.locator("#output");
    await output.getByText("line 199").waitFor();
    await output.evaluate((pre) => void (pre.scrollTop = 0));
    const follow = scene.page.getByRole("button", { name: /^Follow/ });
    await follow.waitFor();
    Deno.writeTextFileSync(go, "");
    await scene.page.getByRole("button", { name: /^Follow ↓ [\d.]+ (K?B) more/ }).waitFor();
    assert(!(await output.textContent())!.includes("more"));
    assert.equal(await output.evaluate((pre) => pre.scrollTop), 0);
    await follow.click();
    await output.getByText("more 199").waitFor();
    await waitFor(
      () => output.evaluate((pre) => pre.scrollHeight - pre.scrollTop - pre.clientHeight < 2),
      { what: "the end of the output" },
    );
  },
);

testPage(
  "the page shows a progress bar's last state when a script redraws its line",
  async (scene) => {
    await scene.ended(
      `print("\\x1b[31m 10 %\\r 55 %\\r100 %\\x1b[0m", end="")`,
      "bar",
    );
    await scene.choose("bar");
    await scene.page.locator("#output").getByText("100 %").waitFor();
    assert.equal(await scene.page.locator("#output").textContent(), "100 %");
  },
);

testPage("the page holds little of it when a job prints 100 MB", async (scene) => {
  await scene.running(
    `import sys, time\nline = "x" * 99 + "\\n"\n` +
      `for n in range(1000): sys.stdout.write(line * 1000)\nprint("the end", flush=True)\ntime.sleep(600)`,
    "flood",
  );
  await scene.choose("flood");
  const output = scene.page.locator("#output");
  await output.getByText("the end").waitFor({ timeout: 60_000 });
  assert((await output.textContent())!.length < 2_000_000);
});
