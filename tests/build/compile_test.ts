import assert from "node:assert/strict";
import { findGaps } from "../../build/find_gaps.ts";
import { ROOT } from "../helpers/program.ts";
import { runProcess } from "../helpers/run_process.ts";
import { TestHome } from "../helpers/test_home.ts";

Deno.test("deno task compile --dry lists every text that the executable needs", async () => {
  const { code, stdout: text } = await runProcess(
    [Deno.execPath(), "task", "--quiet", "compile", "--dry"],
    { cwd: ROOT },
  );
  assert.equal(code, 0, text);
  assert.match(text, /^deno compile --allow-all --no-prompt .* main\.ts$/m);
  for (
    const path of [
      "lib/jobs/supervisor/supervisor.py",
      "lib/page/dashboard.html",
      "lib/page/js/dom.js",
      "lib/page/view/job_view.bundle.txt",
    ]
  ) {
    assert(text.includes(`--include=${path} `) && text.includes(`\n  text ${path}\n`), path);
  }
});

Deno.test("a file that nothing imports and a module that reads beside itself are gaps", async () => {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.join("lib"));
  Deno.writeTextFileSync(home.join("lib/used.py"), "");
  Deno.writeTextFileSync(home.join("lib/forgotten.py"), "");
  Deno.writeTextFileSync(home.join("lib/a.ts"), "new URL('used.py', import.meta.url)");
  const modules = [
    { kind: "external", specifier: "used", local: home.join("lib/used.py") },
    { kind: "esm", specifier: "a", local: home.join("lib/a.ts") },
    { specifier: "gone", error: "not found" },
  ];
  assert.deepEqual(findGaps(home.path, { modules }), [
    "gone does not load: not found",
    "lib/forgotten.py is imported by nothing",
    "lib/a.ts looks for files beside itself",
  ]);
});
