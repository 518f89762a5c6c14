import { button, el } from "./dom.js";

/**
 * Asks before something that cannot be undone.
 *
 * @param {string} title
 * @param {string} text
 * @param {string} yes What its button says.
 * @returns {Promise<boolean>}
 */
export function confirmed(title, text, yes) {
  const keep = button("Keep it", () => dialog.close());
  const confirm = button(yes, () => dialog.close("yes"), {
    className: "main",
    attributes: { id: "confirm-yes" },
  });
  const dialog = el(
    "dialog",
    { attributes: { "aria-labelledby": "confirm-title" } },
    el("h2", { text: title, attributes: { id: "confirm-title" } }),
    el("p", { text }),
    el("div", { className: "actions" }, keep, confirm),
  );
  document.body.append(dialog);
  dialog.showModal();
  keep.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    }, { once: true });
  });
}
