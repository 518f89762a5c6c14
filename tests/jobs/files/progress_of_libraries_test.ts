import assert from "node:assert/strict";
import { logProgress } from "../../../lib/jobs/files/log_progress.ts";
import { printedProgress } from "../../../lib/jobs/files/printed_progress.ts";
import { runCommand, uvFolder } from "../../helpers/run_plan.ts";
import { TestHome } from "../../helpers/test_home.ts";

const nested = `
from tqdm import tqdm, trange
for i in trange(3, desc="outer", mininterval=0):
    for j in trange(40, desc="inner", leave=LEAVE, mininterval=0):
        pass
`;
const SCRIPTS: Record<string, { source: string; label: RegExp; total: number }> = {
  "nested bars of tqdm": { source: nested.replace("LEAVE", "False"), label: /^outer/, total: 3 },
  "nested bars of tqdm that stay": {
    source: nested.replace("LEAVE", "True"),
    label: /^outer/,
    total: 3,
  },
  "parallel bars of tqdm": {
    source: "from tqdm import tqdm\na = tqdm(total=9, desc='first', mininterval=0)\n" +
      "b = tqdm(total=50, desc='second', mininterval=0, position=1)\n" +
      "for i in range(40):\n    b.update()\n    if i % 5 == 0: a.update()\n",
    label: /^first/,
    total: 9,
  },
  "tasks of rich": {
    source: "from rich.progress import Progress\nfrom rich.console import Console\n" +
      "with Progress(console=Console(force_terminal=True, width=80)) as p:\n" +
      "    a, b = p.add_task('first', total=5), p.add_task('second', total=9)\n" +
      "    for i in range(4):\n        p.update(a, advance=1, refresh=True)\n        p.update(b, advance=1, refresh=True)\n",
    label: /^first/,
    total: 100,
  },
  "a download of rich": {
    source: "from rich.console import Console\nfrom rich.progress import *\n" +
      "columns = BarColumn(), DownloadColumn(), TextColumn('{task.description}'), TransferSpeedColumn()\n" +
      "with Progress(*columns, console=Console(force_terminal=True, width=80)) as p:\n" +
      "    a = p.add_task('work', total=3.4e6)\n" +
      "    for i in range(5): p.update(a, advance=5e5, refresh=True)\n",
    label: /MB/,
    total: 3.4,
  },
  "a bar of alive_progress": {
    source: "import time\nfrom alive_progress import alive_bar\n" +
      "with alive_bar(5, force_tty=True, title='work') as bar:\n" +
      "    for i in range(4):\n        time.sleep(0.15)\n        bar()\n    time.sleep(0.15)\n",
    label: /^work/,
    total: 5,
  },
};

Deno.test("printedProgress follows real libraries at every byte", async (t) => {
  await using home = await TestHome.create();
  const uv = `${await uvFolder()}/uv`;
  const env = Deno.env.toObject();
  const venv = home.join("venv");
  const python = `${venv}/bin/python`;
  assert.equal(
    (await runCommand({ argv: [uv, "venv", venv, "-p", "/usr/bin/python3"] }, env)).code,
    0,
  );
  const install = [uv, "pip", "install", "tqdm==4.70.1", "rich==15.0.0", "alive-progress==3.3.0"];
  const made = await runCommand({ argv: [...install, "-p", python] }, env);
  assert.equal(made.code, 0, made.stderr);
  for (const [what, { source, label, total }] of Object.entries(SCRIPTS)) {
    await t.step(what, async () => {
      const { stdout, stderr } = await runCommand({ argv: [python, "-c", source] }, env);
      const log = (stderr || stdout).slice(0, 20_000);
      let [named, all] = [0, 0];
      for (let end = 1; end < log.length; end++) {
        const found = printedProgress(log.slice(0, end));
        if (!found) continue;
        assert.ok(found.current <= found.total!, JSON.stringify(found));
        assert.doesNotMatch(found.message ?? "", /\]$/);
        all++;
        if (label.test(found.message ?? "")) {
          assert.equal(found.total, total);
          named++;
        }
      }
      assert.ok(all > 10 && named / all > 0.9, `${named} of ${all}`);
    });
  }
  await t.step("an outer bar of tqdm whose line is far above", async () => {
    const long = nested.replace("LEAVE", "False").replace("40", "12_000");
    const { stderr } = await runCommand({ argv: [python, "-c", long] }, env);
    const path = home.join("stderr.log");
    const lines = stderr.split("\x1b[A");
    // Twice in the second round, then in the third.
    for (const [share, current] of [[0.6, 1], [0.65, 1], [0.99, 2]] as const) {
      const text = lines.slice(0, lines.length * share).join("\x1b[A") + "\x1b[A";
      assert.doesNotMatch(text.slice(-32_768), /outer/);
      Deno.writeTextFileSync(path, text);
      const found = logProgress(path);
      assert.match(found?.message ?? "", /^outer/);
      assert.deepEqual([found?.current, found?.total], [current, 3]);
    }
  });
});
