import { assemble, type PageDocument } from "./assemble.ts";
import artifactsCss from "./css/artifacts.css" with { type: "text" };
import baseCss from "./css/base.css" with { type: "text" };
import chartsCss from "./css/charts.css" with { type: "text" };
import confirmCss from "./css/confirm.css" with { type: "text" };
import dialogsCss from "./css/dialogs.css" with { type: "text" };
import jobCss from "./css/job.css" with { type: "text" };
import listCss from "./css/list.css" with { type: "text" };
import outputCss from "./css/output.css" with { type: "text" };
import skeleton from "./dashboard.html" with { type: "text" };
import artifactsJs from "./js/artifacts.js" with { type: "text" };
import chartJs from "./js/chart.js" with { type: "text" };
import confirmJs from "./js/confirm.js" with { type: "text" };
import dashboardJs from "./js/dashboard.js" with { type: "text" };
import dialogsJs from "./js/dialogs.js" with { type: "text" };
import domJs from "./js/dom.js" with { type: "text" };
import jobJs from "./js/job.js" with { type: "text" };
import jobHeadJs from "./js/job_head.js" with { type: "text" };
import jobListJs from "./js/job_list.js" with { type: "text" };
import jobRowJs from "./js/job_row.js" with { type: "text" };
import jobViewJs from "./js/job_view.js" with { type: "text" };
import keyboardJs from "./js/keyboard.js" with { type: "text" };
import outputLogJs from "./js/output_log.js" with { type: "text" };
import outputPaneJs from "./js/output_pane.js" with { type: "text" };
import progressBarJs from "./js/progress_bar.js" with { type: "text" };
import serverJs from "./js/server.js" with { type: "text" };
import statusFilterJs from "./js/status_filter.js" with { type: "text" };
import themeJs from "./js/theme.js" with { type: "text" };
import usageJs from "./js/usage.js" with { type: "text" };

/** The page of all jobs. It holds no data: it asks the server that sent it. */
export const DASHBOARD: PageDocument = assemble(
  skeleton,
  [baseCss, listCss, jobCss, chartsCss, outputCss, artifactsCss, confirmCss, dialogsCss],
  [
    domJs,
    jobJs,
    serverJs,
    confirmJs,
    dialogsJs,
    keyboardJs,
    themeJs,
    statusFilterJs,
    jobRowJs,
    jobListJs,
    progressBarJs,
    jobHeadJs,
    chartJs,
    usageJs,
    outputPaneJs,
    outputLogJs,
    artifactsJs,
    jobViewJs,
    dashboardJs,
  ],
);
