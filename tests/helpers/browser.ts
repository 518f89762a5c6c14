import type { Browser, Page } from "playwright-core";
import { exists } from "../../lib/base/private_files.ts";
import { waitFor } from "./wait_for.ts";

const CHROMIUM = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

/** Why the tests in a browser are skipped. */
export const noChromium: string | false = !exists(CHROMIUM) && `there is no ${CHROMIUM}`;

/** A real Chromium with an empty profile. */
class Chromium implements AsyncDisposable {
  private constructor(
    readonly browser: Browser,
    private readonly child: Deno.ChildProcess,
    private readonly profile: string,
  ) {}

  static async start(): Promise<Chromium> {
    const { chromium } = await import("playwright-core");
    const profile = await Deno.makeTempDir({ prefix: "python-mcp-chromium-" });
    const child = new Deno.Command(CHROMIUM, {
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // Its own controls, which are pages as well and which nobody sees here.
        "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
        "--remote-debugging-port=0",
        `--user-data-dir=${profile}`,
        "about:blank",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const port = await waitFor(() => portIn(`${profile}/DevToolsActivePort`), {
      what: "Chromium",
    });
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    return new Chromium(browser, child, profile);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    try {
      this.child.kill("SIGTERM");
    } catch {
      // It has ended with its last connection.
    }
    await this.child.status;
    await waitFor(() => removed(this.profile), { what: "an unused profile" });
  }
}

let shared: Promise<Chromium> | undefined;

/** Ends the Chromium of all `TestBrowser`s, as happens by itself at the end of a test file. */
export async function endChromium(): Promise<void> {
  await (await shared)?.[Symbol.asyncDispose]();
  shared = undefined;
}
Deno.test.afterAll(endChromium);

/**
 * A profile of its own, which knows of no other, and one page in it; all those of a file share a
 * Chromium.
 */
export class TestBrowser implements AsyncDisposable {
  /** What went wrong in the page: errors of scripts, and what its policy forbade. */
  readonly complaints: string[] = [];
  /** What the page asked for, wherever. */
  readonly requests: string[] = [];

  private constructor(readonly page: Page) {
    page.on("request", (request) => this.requests.push(request.url()));
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
  }

  static async start(): Promise<TestBrowser> {
    const { browser } = await (shared ??= Chromium.start());
    // Nothing that moves is drawn all the time.
    const context = await browser.newContext({ reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    return new TestBrowser(page);
  }

  /** Makes the page one that has seen nothing; but for scripts that were added to it. */
  async reset(): Promise<void> {
    if (this.page.url() !== "about:blank") {
      await this.page.evaluate("localStorage.clear(), sessionStorage.clear()").catch(() => {});
      await this.page.goto("about:blank");
    }
    await this.page.context().clearCookies();
    await this.page.setViewportSize({ width: 1280, height: 720 });
    await this.page.emulateMedia({ colorScheme: null, reducedMotion: null });
    this.complaints.length = this.requests.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}

function portIn(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).split("\n")[0];
  } catch {
    return undefined;
  }
}

/** Chromium's helpers may still write while they end. */
function removed(path: string): boolean {
  try {
    Deno.removeSync(path, { recursive: true });
    return true;
  } catch {
    return false;
  }
}
