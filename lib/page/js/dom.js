/**
 * An element of the page that must be there.
 *
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {string} id
 * @param {{ new (): Kind }} [kind]
 * @returns {Kind}
 */
export function byId(id, kind) {
  const node = document.getElementById(id);
  if (!(node instanceof (kind ?? HTMLElement))) throw new Error(`The page has no #${id}`);
  return /** @type {Kind} */ (node);
}

/**
 * @typedef {Object} ElementOptions
 * @property {string} [className]
 * @property {string} [text]
 * @property {Record<string, (event: Event) => void>} [on]
 * @property {Record<string, string | number | boolean | undefined>} [attributes] Those that are
 *   `undefined` or `false` are left out.
 */

/**
 * Makes an element. What comes from jobs gets onto the page as text, and in no other way.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {ElementOptions} [options]
 * @param {...(Node | string | undefined)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function el(name, { className, text, on = {}, attributes = {} } = {}, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  for (const [event, handler] of Object.entries(on)) node.addEventListener(event, handler);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(key, String(value));
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

/**
 * @param {string} text
 * @param {() => void} act
 * @param {{ className?: string, attributes?: Record<string, string> }} [more]
 */
export function button(text, act, { className, attributes } = {}) {
  return el("button", {
    className,
    text,
    attributes: { type: "button", ...attributes },
    on: { click: act },
  });
}
