import assert from "node:assert/strict";
import { join } from "node:path";
import { type Escapes, EscapeScene } from "../../helpers/escape_scene.ts";
import { noSandbox, SandboxScene } from "../../helpers/sandbox_scene.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { TestHome } from "../../helpers/test_home.ts";

/** What a level lets through on purpose. */
const LEFT: Record<string, string[]> = {
  workspace: [
    "connect_to_abstract_socket",
    "connect_to_loopback",
    "connect_to_loopback_by_name",
    "listen_where_host_sees_it",
    "send_datagram_to_loopback",
  ],
  hosts: [],
  isolated: [],
};

/** What is missing, or refused to everybody, in some kernels and containers. */
const NOT_EVERYWHERE = [
  "load_bpf",
  "open_crypto_socket",
  "open_hotplug_helper",
  "open_kernel_log",
  "open_perf_event",
  "open_sysrq",
  "open_userfault",
  "open_vsock",
  "read_kernel_log",
  "set_up_io_uring",
  "write_sys",
];
const LEAST = 75;

skippableTest("no attempt gets out of a sandbox that gets out without one", noSandbox, async () => {
  Deno.env.set("SECRET_OF_SERVER", "1");
  const home = await TestHome.create();
  const env = { HOME: home.join("user") };
  await using off = await SandboxScene.open("off", env, home);
  await using scene = await EscapeScene.open(home.path);
  const other = await off.start("import time; time.sleep(300)");
  const old = await off.start("print(1)");
  await waitFor(async () => (await off.app.jobs.get(old))?.status === "completed", {
    what: "the end of a job",
  });
  Deno.writeTextFileSync(join(off.app.settings.home, "http_token"), "token");
  const attempt = async (level: string): Promise<Escapes> => {
    const app = await SandboxScene.open(level, env, home);
    const escapes = await scene.try(app, level, { other_job: other, old_job: old });
    await app.app.close();
    return escapes;
  };
  try {
    for (const level of ["workspace", "hosts", "isolated"]) {
      const out = Object.entries(await attempt(level)).filter(([, isOut]) => isOut);
      assert.deepEqual(out.map(([name]) => name).sort(), LEFT[level], level);
    }
    const bare = Object.entries(await attempt("off"));
    const held = bare.filter(([, isOut]) => !isOut).map(([name]) => name);
    assert.deepEqual(held.filter((name) => !NOT_EVERYWHERE.includes(name)), []);
    assert(bare.length - held.length >= LEAST, `${bare.length - held.length} get out bare`);
  } finally {
    await off.app.jobs.cancel(other);
    Deno.env.delete("SECRET_OF_SERVER");
  }
});
