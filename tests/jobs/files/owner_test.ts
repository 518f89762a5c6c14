import assert from "node:assert/strict";
import { openHome } from "../../../lib/jobs/files/home.ts";
import { Owner } from "../../../lib/jobs/files/owner.ts";
import { canFreeze, freeze } from "../../helpers/freeze.ts";
import { TestHome } from "../../helpers/test_home.ts";

const ignore = !await canFreeze();

Deno.test({
  name: "an owner waits a moment when nobody may write to its home just now",
  ignore,
  async fn() {
    await using home = await TestHome.create();
    const { owners, ...rest } = openHome(home.path);
    freeze(true, owners);
    // It blocks this thread: another process ends what is in its way.
    const script = `sleep 0.2; chattr -i "${owners}"`;
    const thaw = new Deno.Command("sh", { args: ["-c", script] }).spawn();
    try {
      const owner = new Owner({ owners, ...rest });
      assert(owner.isSeen);
      owner.close();
    } finally {
      await thaw.status;
      freeze(false, owners);
    }
  },
});

Deno.test({
  name: "an owner says what it may not do when that does not pass",
  ignore,
  async fn() {
    await using home = await TestHome.create();
    const opened = openHome(home.path);
    freeze(true, opened.owners);
    try {
      assert.throws(() => new Owner(opened), /Operation not permitted.*owners/);
    } finally {
      freeze(false, opened.owners);
    }
  },
});
