import assert from "node:assert/strict";
import { noChromium, TestBrowser } from "./browser.ts";
import { cli, startJob } from "./cli.ts";
import { DashboardServer } from "./dashboard_server.ts";
import { skippableTest } from "./skippable.ts";
import { TestHome } from "./test_home.ts";

/** A home with a dashboard, seen in a browser. */
export class DashboardScene implements AsyncDisposable {
  readonly #running: string[] = [];

  private constructor(
    readonly home: TestHome,
    readonly server: DashboardServer,
    readonly browser: TestBrowser,
  ) {}

  /** @param prepare Fills the home before anything runs on it. */
  static async open(prepare: (home: TestHome) => void = () => {}): Promise<DashboardScene> {
    const home = await TestHome.create();
    prepare(home);
    const scene = new DashboardScene(
      home,
      await DashboardServer.start(home),
      await TestBrowser.start(),
    );
    await scene.page.goto(scene.server.address);
    // By way of a page that lets the browser in.
    await scene.page.getByText("live", { exact: true }).waitFor();
    return scene;
  }

  get page() {
    return this.browser.page;
  }

  /** Starts a job and waits for its end. */
  async ended(source: string, label: string): Promise<string> {
    const id = await startJob(this.home, source, label);
    await cli(this.home, ["jobs", "wait", id]);
    return id;
  }

  /** Starts a job that is cancelled with the scene. */
  async running(source: string, label: string, env: Record<string, string> = {}): Promise<string> {
    const id = await startJob(this.home, source, label, { env });
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

/**
 * A test of the page in a browser. It fails as well when the page reports an error, or asks another
 * server than its own for anything.
 */
export function testPage(
  name: string,
  run: (scene: DashboardScene) => Promise<void>,
  prepare?: (home: TestHome) => void,
): void {
  skippableTest(name, noChromium, async () => {
    await using scene = await DashboardScene.open(prepare);
    await run(scene);
    const { complaints, requests } = scene.browser;
    assert.deepEqual(complaints, []);
    assert(requests.length > 0);
    const foreign = requests.filter((url) => !/^data:/.test(url) && !scene.server.owns(url));
    assert.deepEqual(foreign, []);
  });
}
