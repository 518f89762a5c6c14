import dashboard from "./dashboard.html" with { type: "text" };
import login from "./login.html" with { type: "text" };

/** The page of all jobs. It holds no data: it asks the server that sent it. */
export const DASHBOARD = dashboard;

/** The page for whoever is not let in yet. @param why What went wrong, in HTML; may be empty. */
export function loginPage(why: string): string {
  return login.replace("<!-- why -->", () => why);
}
