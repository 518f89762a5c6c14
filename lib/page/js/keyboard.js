/**
 * Acts on keys, unless somebody writes, a dialog is open, or the browser has a use for the key.
 *
 * @param {Record<string, () => void>} keys By `KeyboardEvent.key`.
 */
export function listenToKeys(keys) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
      return;
    }
    const { target, key } = event;
    if (!(target instanceof Element)) return;
    if (target.matches("input:not([type=checkbox]), select, textarea") && key !== "Escape") return;
    // In a text the arrows scroll.
    if (target.closest("pre") && key.startsWith("Arrow")) return;
    const act = keys[key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
