import { assemble, type PageDocument } from "./assemble.ts";
import artifactsCss from "./css/artifacts.css" with { type: "text" };
import baseCss from "./css/base.css" with { type: "text" };
import confirmCss from "./css/confirm.css" with { type: "text" };
import jobCss from "./css/job.css" with { type: "text" };
import jobViewCss from "./css/job_view.css" with { type: "text" };
import outputCss from "./css/output.css" with { type: "text" };
import skeleton from "./job_view.html" with { type: "text" };
import artifactsJs from "./js/artifacts.js" with { type: "text" };
import confirmJs from "./js/confirm.js" with { type: "text" };
import domJs from "./js/dom.js" with { type: "text" };
import hostBridgeJs from "./js/host_bridge.js" with { type: "text" };
import hostedJobJs from "./js/hosted_job.js" with { type: "text" };
import jobJs from "./js/job.js" with { type: "text" };
import jobHeadJs from "./js/job_head.js" with { type: "text" };
import outputPaneJs from "./js/output_pane.js" with { type: "text" };
import progressBarJs from "./js/progress_bar.js" with { type: "text" };
import runAsJobJs from "./js/run_as_job.js" with { type: "text" };

/** The view of one job, made of the dashboard's parts, for hosts that show views of tools. */
export const JOB_VIEW: PageDocument = assemble(
  skeleton,
  [baseCss, jobCss, outputCss, artifactsCss, confirmCss, jobViewCss],
  [
    domJs,
    jobJs,
    confirmJs,
    progressBarJs,
    jobHeadJs,
    outputPaneJs,
    artifactsJs,
    runAsJobJs,
    hostBridgeJs,
    hostedJobJs,
  ],
);
