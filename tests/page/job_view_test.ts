import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { digestOf, sourcesIn } from "../../build/view_sources.ts";
import { JOB_VIEW } from "../../lib/page/job_view.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUNDLE = Deno.readTextFileSync(`${ROOT}/lib/page/view/job_view.bundle.txt`);

Deno.test("the view's script is made of its modules as they are now (else: deno task view)", () => {
  const sources = sourcesIn(BUNDLE);
  assert(sources.includes("lib/page/view/hosted_job.js"), sources.join());
  assert(sources.includes("lib/page/js/dom.js"), sources.join());
  assert(BUNDLE.split("\n")[0]!.endsWith(` ${digestOf(ROOT, sources)}`));
});

Deno.test("the view's policy lets its own script run and no other", () => {
  const scripts = [...JOB_VIEW.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(([, text]) =>
    text!
  );
  assert.deepEqual(scripts, [BUNDLE]);
  const digest = createHash("sha256").update(BUNDLE).digest("base64");
  assert(JOB_VIEW.includes(
    `<meta http-equiv="Content-Security-Policy" content="script-src 'sha256-${digest}'">`,
  ));
});
