import { join } from "node:path";
import { type Escapes, EscapeScene } from "./escape_scene.ts";
import { SandboxScene } from "./sandbox_scene.ts";
import { TestHome } from "./test_home.ts";
import { waitFor } from "./wait_for.ts";
import { waitingSandbox } from "./waiting_sandbox.ts";

/**
 * Tries to get out of each level in turn, the bare one last, since what gets out there changes things.
 *
 * @param outside an empty folder that others may read
 */
export async function tryEscapes(outside?: string): Promise<Record<string, Escapes>> {
  Deno.env.set("SECRET_OF_SERVER", "1");
  const home = await TestHome.create();
  const env = { HOME: home.join("user") };
  await using off = await SandboxScene.open("off", env, home);
  await using scene = await EscapeScene.open(home.path, outside);
  const other = await off.start("import time; time.sleep(300)");
  const old = await off.start("print(1)");
  await waitFor(async () => (await off.app.jobs.get(old))?.status === "completed", {
    what: "the end of a job",
  });
  Deno.writeTextFileSync(join(off.app.settings.home, "http_token"), "token");
  const found: Record<string, Escapes> = {};
  try {
    for (const level of ["workspace", "hosts", "isolated", "off"]) {
      const app = await SandboxScene.open(level, env, home);
      if (level === "workspace" || level === "isolated") await untilOneWaits(app);
      found[level] = await scene.try(app, level, { other_job: other, old_job: old });
      await app.app.close();
    }
  } finally {
    await off.app.jobs.cancel(other);
    Deno.env.delete("SECRET_OF_SERVER");
  }
  return found;
}

// As a program, for other users.
if (import.meta.main) {
  const found = JSON.stringify(await tryEscapes(Deno.args[0]));
  Deno.stdout.writeSync(new TextEncoder().encode(found));
}

/** Has a sandbox be made ahead, in which the next script runs. */
async function untilOneWaits(scene: SandboxScene): Promise<void> {
  const scriptPath = join(scene.root, "first.py");
  Deno.writeTextFileSync(scriptPath, "");
  await scene.run("", { scriptPath });
  await waitingSandbox(scene.home.path);
}
