import { createHash } from "node:crypto";
import artifactsCss from "./css/artifacts.css" with { type: "text" };
import baseCss from "./css/base.css" with { type: "text" };
import confirmCss from "./css/confirm.css" with { type: "text" };
import jobCss from "./css/job.css" with { type: "text" };
import outputCss from "./css/output.css" with { type: "text" };
import script from "./view/job_view.bundle.txt" with { type: "text" };
import jobViewCss from "./view/job_view.css" with { type: "text" };
import skeleton from "./view/job_view.html" with { type: "text" };

const STYLES = [baseCss, jobCss, outputCss, artifactsCss, confirmCss, jobViewCss];

/**
 * The view of one job, made of the dashboard's parts, for hosts that show views of tools. Hosts take one
 * document and let it load nothing, so its modules come as one script, and no other may run in it.
 */
export const JOB_VIEW = skeleton
  .replace("<!-- policy -->", () => policy(`script-src ${hashSource(script)}`))
  .replace("<!-- styles -->", () => `<style>${STYLES.join("\n")}</style>`)
  .replace("<!-- script -->", () => `<script type="module">${script}</script>`);

function policy(text: string): string {
  return `<meta http-equiv="Content-Security-Policy" content="${text}">`;
}

function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
