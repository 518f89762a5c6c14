import { byId } from "./dom.js";

const MESSAGE_MS = 5000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let messageTimer;

/** Says something for a while. @param {string} text */
export function say(text) {
  byId("message").textContent = text;
  clearTimeout(messageTimer);
  messageTimer = setTimeout(() => byId("message").textContent = "", MESSAGE_MS);
}

/**
 * Makes the dialogs of the page work.
 *
 * @param {(choice: { keep_completed: boolean, keep_failed: boolean, max_age_hours: number }) => void} prune
 */
export function connectDialogs(prune) {
  const pruning = byId("prune", HTMLDialogElement);
  byId("prune-button").addEventListener("click", () => pruning.showModal());
  byId("prune-no").addEventListener("click", () => pruning.close());
  byId("prune-form").addEventListener("submit", (event) => {
    event.preventDefault();
    pruning.close();
    prune({
      keep_completed: !byId("prune-completed", HTMLInputElement).checked,
      keep_failed: !byId("prune-failed", HTMLInputElement).checked,
      max_age_hours: Number(byId("prune-age", HTMLSelectElement).value),
    });
  });
  const help = byId("help", HTMLDialogElement);
  byId("help-button").addEventListener("click", () => help.showModal());
  byId("help-close").addEventListener("click", () => help.close());
}
