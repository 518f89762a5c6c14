import { assemble, type PageDocument } from "./assemble.ts";
import baseCss from "./css/base.css" with { type: "text" };
import loginCss from "./css/login.css" with { type: "text" };
import skeleton from "./login.html" with { type: "text" };

const LOGIN = assemble(skeleton, [baseCss, loginCss], []);

/** The page for whoever is not let in yet. @param why What went wrong, in HTML; may be empty. */
export function loginPage(why: string): PageDocument {
  return { ...LOGIN, html: LOGIN.html.replace("<!-- why -->", why) };
}
