import { byId } from "./dom.js";

/**
 * Asks before something that cannot be undone.
 *
 * @param {string} title
 * @param {string} text
 * @param {string} yes What its button says.
 * @returns {Promise<boolean>}
 */
export function confirmed(title, text, yes) {
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-yes").textContent = yes;
  const dialog = byId("confirm", HTMLDialogElement);
  dialog.returnValue = "";
  dialog.showModal();
  byId("confirm-yes").onclick = () => dialog.close("yes");
  byId("confirm-no").onclick = () => dialog.close();
  byId("confirm-no").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
