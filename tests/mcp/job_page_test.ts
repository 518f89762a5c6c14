import assert from "node:assert/strict";
import type { AppBridge } from "@modelcontextprotocol/ext-apps/app-bridge";
import { noChromium } from "../helpers/browser.ts";
import type { Connection } from "../helpers/connect.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { skippableTest } from "../helpers/skippable.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { ViewHost } from "../helpers/view_host.ts";
import { waitFor } from "../helpers/wait_for.ts";

const shared = new SharedServers();
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

Deno.test("tools that show a job name its view, which can be read", async () => {
  const { server } = await shared.begin("2.x, 2026-07-28");
  const named = (await server.listTools())
    .filter(({ _meta }) => (_meta as { ui?: { resourceUri: string } } | undefined)?.ui)
    .map(({ name, _meta }) => [name, (_meta as { ui: { resourceUri: string } }).ui.resourceUri]);
  assert.deepEqual(
    named,
    [
      "py_run_script_in_dir",
      "py_run_script_in_dir_async",
      "py_run_script_with_dependencies",
      "py_run_script_with_dependencies_async",
      "py_benchmark_script",
      "py_run_saved_script",
      "py_job_status",
    ].map((name) => [name, "ui://python-mcp/job"]),
  );
  const { text, ...rest } = await server.readResource("ui://python-mcp/job");
  assert.deepEqual(rest, {
    uri: "ui://python-mcp/job",
    mimeType: "text/html;profile=mcp-app",
    _meta: { ui: { csp: {}, prefersBorder: true } },
  });
  assert.match(text!, /^<!DOCTYPE html>/);
  assert.doesNotMatch(text!, /https?:\/\//);
  await assert.rejects(server.readResource("ui://python-mcp/else"), /ui:\/\/python-mcp\/else/);
});

interface Shown {
  home: TestHome;
  server: Connection;
  host: ViewHost;
  /** Has the model call a tool, as far as the view can tell. */
  call(name: string, input: Record<string, unknown>): Promise<Record<string, unknown>>;
}

function testView(name: string, run: (shown: Shown) => Promise<void>): void {
  skippableTest(name, noChromium, async () => {
    const { home, server } = await shared.begin("2.x, 2026-07-28");
    const { text } = await server.readResource("ui://python-mcp/job");
    await using host = await ViewHost.show(text!, server.client);
    const call = async (name: string, input: Record<string, unknown>) => {
      await host.bridge.sendToolInput({ arguments: input });
      const result = await server.client.callTool({ name, arguments: input });
      await host.bridge.sendToolResult(result as Parameters<AppBridge["sendToolResult"]>[0]);
      return result.structuredContent as Record<string, unknown>;
    };
    await run({ home, server, host, call });
    assert.deepEqual(host.browser.complaints, []);
  });
}

const inHome = (home: TestHome, script_content: string) => ({
  directory: home.path,
  script_content,
  use_uv: false,
});

testView(
  "the view follows a job to its end when a tool has started one",
  async ({ home, host, call }) => {
    const go = home.join("go");
    await call("py_run_script_in_dir_async", {
      ...inHome(
        home,
        `import os, time\nfrom python_mcp import create_progress_callback\n` +
          `create_progress_callback()(1, 4, "counting")\nprint("<b>first</b>", flush=True)\n` +
          `while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)\nprint("second")`,
      ),
      job_label: "count",
    });
    const { view } = host;
    await view.getByRole("heading", { name: "count" }).waitFor();
    await view.locator("#status").getByText("running").waitFor();
    await view.locator("#output").getByText("<b>first</b>").waitFor();
    assert.equal(await view.getByRole("progressbar").getAttribute("aria-valuenow"), "25");
    Deno.writeTextFileSync(go, "");
    await view.locator("#status").getByText("completed").waitFor();
    await view.locator("#output").getByText("second").waitFor();
  },
);

testView(
  "the view shows what a quick run answered, with its pictures",
  async ({ home, host, call }) => {
    await call("py_run_script_in_dir", {
      ...inHome(
        home,
        `import base64, os\nprint("done")\n` +
          `open(os.environ["PYTHON_MCP_ARTIFACTS"] + "/plot.png", "wb").write(base64.b64decode("${PNG}"))`,
      ),
      job_label: "plot",
    });
    const { view } = host;
    await view.getByRole("heading", { name: "plot" }).waitFor();
    await view.locator("#output").getByText("done").waitFor();
    const image = view.getByRole("img", { name: "plot.png" });
    await image.waitFor();
    await waitFor(() => image.evaluate((image) => image.naturalWidth === 1), {
      what: "the plot",
    });
  },
);

testView("the view cancels a job when that is confirmed", async ({ home, host, call }) => {
  await call("py_run_script_in_dir_async", inHome(home, "import time; time.sleep(600)"));
  const { view } = host;
  await view.getByRole("button", { name: "Cancel job" }).click();
  await view.locator("#confirm-yes").click();
  await view.locator("#status").getByText("cancelled").waitFor();
});

testView(
  "the view says what is wrong when a tool answers an error",
  async ({ home, host, call }) => {
    await call("py_run_script_in_dir", { directory: home.join("nowhere"), script_content: "1" });
    await host.view.getByRole("status").getByText("nowhere").waitFor();
  },
);

testView("the view takes its host's colours when they change", async ({ host }) => {
  const { view } = host;
  const ground = () =>
    view.locator("body").evaluate((body) =>
      body.ownerDocument.defaultView.getComputedStyle(body).backgroundColor
    );
  const light = await ground();
  await host.bridge.setHostContext({ theme: "dark" });
  await waitFor(async () => await ground() !== light, { what: "dark colours" });
});

testView("the view tells its host how high it is", async ({ home, host, call }) => {
  const heights: number[] = [];
  host.bridge.addEventListener("sizechange", ({ height }) => void heights.push(height!));
  await call("py_run_script_in_dir", inHome(home, "for n in range(30): print(n)"));
  await waitFor(() => heights.some((height) => height > 300), {
    what: "a height",
  });
});
