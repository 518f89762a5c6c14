import { byId } from "./dom.js";

/** @type {Record<string, { mark: string, name: string }>} */
const THEMES = {
  auto: { mark: "◐", name: "as the system" },
  light: { mark: "☀", name: "light" },
  dark: { mark: "☾", name: "dark" },
};

/** @param {string} theme */
function setTheme(theme) {
  const { mark, name } = THEMES[theme] ?? { mark: "◐", name: "as the system" };
  document.documentElement.dataset.theme = theme;
  byId("theme-button").textContent = mark;
  byId("theme-button").setAttribute("aria-label", `Colours: ${name}`);
}

/** Colours as the system has them, or as was chosen last in this browser. */
export function connectTheme() {
  setTheme(localStorage.getItem("theme") ?? "auto");
  byId("theme-button").addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const at = names.indexOf(document.documentElement.dataset.theme ?? "");
    const next = names[(at + 1) % names.length] ?? "auto";
    localStorage.setItem("theme", next);
    setTheme(next);
  });
}
