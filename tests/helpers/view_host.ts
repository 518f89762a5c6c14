import { AppBridge } from "@modelcontextprotocol/ext-apps/app-bridge";
import type { Client } from "@modelcontextprotocol/client";
import { TestBrowser } from "./browser.ts";

type Message = Parameters<NonNullable<AppBridge["transport"]>["send"]>[0];
type HostTransport = Parameters<AppBridge["connect"]>[0];

/** What hosts allow a view that asks for nothing; see the specification of MCP Apps. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; " +
  "img-src data:; connect-src 'none'";

/**
 * A host of MCP Apps: a view in a sandboxed frame of a real browser, the host side of the bridge from
 * the official package, and a real client behind it.
 */
export class ViewHost implements AsyncDisposable {
  private constructor(readonly browser: TestBrowser, readonly bridge: AppBridge) {}

  /** Shows a view; returns once it has introduced itself. */
  static async show(html: string, client: Client, theme: "light" | "dark" = "light") {
    const browser = await TestBrowser.start();
    const { page } = browser;
    const bridge = new AppBridge(client, { name: "test host", version: "1" }, {
      serverTools: {},
      serverResources: {},
    }, { hostContext: { theme } });
    const transport: HostTransport = {
      start: () => Promise.resolve(),
      close: () => Promise.resolve(),
      send: (message: Message) =>
        page.evaluate(
          `document.querySelector("iframe").contentWindow.postMessage(${
            JSON.stringify(message)
          }, "*")`,
        ),
    };
    await page.exposeFunction("fromView", (message: Message) => transport.onmessage?.(message));
    const ready = new Promise<void>((resolve) => {
      bridge.addEventListener("initialized", () => resolve());
    });
    await bridge.connect(transport);
    const policy = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
    await page.setContent(`<!DOCTYPE html><title>host</title><body></body>`);
    await page.evaluate(`
      addEventListener("message", ({ data }) => fromView(data));
      const frame = document.createElement("iframe");
      frame.setAttribute("sandbox", "allow-scripts");
      frame.style.cssText = "width: 100%; height: 90vh; border: 0";
      frame.srcdoc = ${JSON.stringify(html.replace("<head>", `<head>${policy}`))};
      document.body.append(frame);
      undefined`);
    await ready;
    return new ViewHost(browser, bridge);
  }

  get view() {
    return this.browser.page.frameLocator("iframe");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]();
  }
}
