import assert from "node:assert/strict";
import { noChromium, TestBrowser } from "./browser.ts";
import { cli, startJob } from "./cli.ts";
import { DashboardServer, type SharedDashboard, sharedDashboard } from "./dashboard_server.ts";
import { skippableTest } from "./skippable.ts";
import { TestHome } from "./test_home.ts";

/** A home with a dashboard, seen in a browser. */
export class DashboardScene implements AsyncDisposable {
  readonly #running: string[] = [];

  private constructor(
    readonly home: TestHome,
    readonly server: DashboardServer,
    readonly browser: TestBrowser,
    private readonly isShared: boolean,
  ) {}

  /**
   * A scene with a home and a server of its own.
   *
   * @param prepare Fills the home before anything runs on it.
   */
  static async open(prepare: (home: TestHome) => void = () => {}): Promise<DashboardScene> {
    const home = await TestHome.prepared("home");
    prepare(home);
    const server = await DashboardServer.start(home);
    const scene = new DashboardScene(home, server, await sharedBrowser(), false);
    // By way of a page that lets the browser in.
    await scene.page.goto(server.address);
    await scene.page.getByText("live", { exact: true }).waitFor();
    return scene;
  }

  /** A scene on the server of the file, whose home has no jobs. */
  static async onShared(shared: SharedDashboard): Promise<DashboardScene> {
    const { home, server } = await shared();
    const scene = new DashboardScene(home, server, await sharedBrowser(), true);
    await scene.logIn(scene.browser);
    return scene;
  }

  /** Opens the page in a browser, which is let in by the token. */
  async logIn({ page }: TestBrowser): Promise<void> {
    const { origin, token } = this.server;
    await page.request.post(`${origin}/login`, { form: { token } });
    await page.goto(origin);
    await page.getByText("live", { exact: true }).waitFor();
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
    await this.browser.reset();
    if (this.isShared) {
      await this.server.forgetJobs();
      for (const { name } of Deno.readDirSync(this.home.path)) {
        if (name !== "home") Deno.removeSync(this.home.join(name), { recursive: true });
      }
    } else {
      await this.server[Symbol.asyncDispose]();
      await this.home[Symbol.asyncDispose]();
    }
  }
}

let browser: Promise<TestBrowser> | undefined;
const sharedBrowser = () => browser ??= TestBrowser.start();
let dashboard: SharedDashboard | undefined;

/** What a scene begins on where that of the file's other tests does not do. */
export const OF_ITS_OWN = () => {};

/**
 * A test of the page in a browser. It fails as well when the page reports an error, or asks another
 * server than its own for anything.
 *
 * @param prepare Fills a home of the test's own before anything runs on it; without it, the test has the
 *   server of the file, without jobs.
 */
export function testPage(
  name: string,
  run: (scene: DashboardScene) => Promise<void>,
  prepare?: (home: TestHome) => void,
): void {
  const shared = dashboard ??= sharedDashboard();
  skippableTest(name, noChromium, async () => {
    await using scene =
      await (prepare ? DashboardScene.open(prepare) : DashboardScene.onShared(shared));
    await run(scene);
    const { complaints, requests } = scene.browser;
    assert.deepEqual(complaints, []);
    assert(requests.length > 0);
    const foreign = requests.filter((url) => !/^data:/.test(url) && !scene.server.owns(url));
    assert.deepEqual(foreign, []);
  });
}
