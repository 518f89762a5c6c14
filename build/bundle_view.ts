/**
 * `deno task view`: writes the one script of the view that hosts show, with Deno's own bundler. Its
 * first line names what it was made of, so that a test can tell when it is stale; it is no `.js`, so
 * that nothing checks or formats it.
 */
import { fileURLToPath } from "node:url";
import { digestOf, sourcesIn } from "./view_sources.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BUNDLE = `${ROOT}lib/page/view/job_view.bundle.txt`;

const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["bundle", "--platform=browser", `--output=${BUNDLE}`, "lib/page/view/hosted_job.js"],
  cwd: ROOT,
}).spawn().status;
if (code !== 0) Deno.exit(code);
const bundled = Deno.readTextFileSync(BUNDLE);
const digest = digestOf(ROOT, sourcesIn(bundled));
Deno.writeTextFileSync(
  BUNDLE,
  `// Made by \`deno task view\` of sources with the SHA-256 ${digest}\n${bundled}`,
);
