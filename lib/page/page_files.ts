import artifactsCss from "./css/artifacts.css" with { type: "text" };
import baseCss from "./css/base.css" with { type: "text" };
import chartsCss from "./css/charts.css" with { type: "text" };
import confirmCss from "./css/confirm.css" with { type: "text" };
import dialogsCss from "./css/dialogs.css" with { type: "text" };
import jobCss from "./css/job.css" with { type: "text" };
import listCss from "./css/list.css" with { type: "text" };
import loginCss from "./css/login.css" with { type: "text" };
import outputCss from "./css/output.css" with { type: "text" };
import scriptCss from "./css/script.css" with { type: "text" };
import sessionCss from "./css/session.css" with { type: "text" };
import artifactsJs from "./js/artifacts.js" with { type: "text" };
import cellViewJs from "./js/cell_view.js" with { type: "text" };
import chartJs from "./js/chart.js" with { type: "text" };
import clockJs from "./js/clock.js" with { type: "text" };
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
import scriptViewJs from "./js/script_view.js" with { type: "text" };
import serverJs from "./js/server.js" with { type: "text" };
import sessionHeadJs from "./js/session_head.js" with { type: "text" };
import sessionListJs from "./js/session_list.js" with { type: "text" };
import sessionViewJs from "./js/session_view.js" with { type: "text" };
import statusFilterJs from "./js/status_filter.js" with { type: "text" };
import themeJs from "./js/theme.js" with { type: "text" };
import usageJs from "./js/usage.js" with { type: "text" };

/**
 * What the pages load, by its name below `/page/`: styles and modules, served as they are. They hold no
 * data of anybody.
 */
export const PAGE_FILES: Readonly<Record<string, string>> = {
  "css/artifacts.css": artifactsCss,
  "css/base.css": baseCss,
  "css/charts.css": chartsCss,
  "css/confirm.css": confirmCss,
  "css/dialogs.css": dialogsCss,
  "css/job.css": jobCss,
  "css/list.css": listCss,
  "css/login.css": loginCss,
  "css/output.css": outputCss,
  "css/script.css": scriptCss,
  "css/session.css": sessionCss,
  "js/artifacts.js": artifactsJs,
  "js/cell_view.js": cellViewJs,
  "js/chart.js": chartJs,
  "js/clock.js": clockJs,
  "js/confirm.js": confirmJs,
  "js/dashboard.js": dashboardJs,
  "js/dialogs.js": dialogsJs,
  "js/dom.js": domJs,
  "js/job.js": jobJs,
  "js/job_head.js": jobHeadJs,
  "js/job_list.js": jobListJs,
  "js/job_row.js": jobRowJs,
  "js/job_view.js": jobViewJs,
  "js/keyboard.js": keyboardJs,
  "js/output_log.js": outputLogJs,
  "js/output_pane.js": outputPaneJs,
  "js/progress_bar.js": progressBarJs,
  "js/script_view.js": scriptViewJs,
  "js/server.js": serverJs,
  "js/session_head.js": sessionHeadJs,
  "js/session_list.js": sessionListJs,
  "js/session_view.js": sessionViewJs,
  "js/status_filter.js": statusFilterJs,
  "js/theme.js": themeJs,
  "js/usage.js": usageJs,
};
