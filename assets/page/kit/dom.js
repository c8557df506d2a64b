// kit/: what every screen is built with: nodes, icons, messages, requests, numbers in words.
//
// Building and finding nodes. Text only ever arrives through textContent.

/** @import { Attribute, Attributes, Child } from "./types" */

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children. `text` sets textContent, `onclick` and the like listen,
 *  `true` is an empty attribute, `false` and null leave it out.
 *  @template {keyof HTMLElementTagNameMap} T
 *  @param {T} tag @param {Attributes} attributes @param {Child[]} children */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) put(node, name, value);
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

/** @param {HTMLElement} node @param {string} name @param {Attributes[string]} value */
function put(node, name, value) {
  if (value == null || value === false) return;
  if (name === "text") node.textContent = String(value);
  else if (typeof value === "object") Object.assign(node.dataset, value);
  else if (typeof value === "function") node.addEventListener(name.slice(2), value);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** An SVG element.
 *  @template {keyof SVGElementTagNameMap} T
 *  @param {T} tag @param {Record<string, string | number>} attributes @param {Node[]} children */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return /** @type {SVGElementTagNameMap[T]} */ (node);
}

/** Set an attribute or, with null, take it away; the page is only touched where it differs.
 *  @param {Element} node @param {string} name @param {Attribute} value */
export function attribute(node, name, value) {
  if (value == null) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, String(value));
  }
}

/** Set the text of a node where it differs.
 *  @param {Node} node @param {string} text */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The first element inside `root` that fits; an error where there is none.
 *  @param {ParentNode} root @param {string} selector */
export function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`nothing is ${selector}`);
  return /** @type {HTMLElement} */ (found);
}

/** All elements inside `root` that fit.
 *  @param {ParentNode} root @param {string} selector */
export function findAll(root, selector) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
}

/** The elements right inside `root`, none of which is drawn by SVG.
 *  @param {ParentNode} root */
export const childrenOf = (root) => /** @type {HTMLElement[]} */ ([...root.children]);

/** The innermost element around the target of an event that fits; null where there is none.
 *  @param {EventTarget | null} target @param {string} selector */
export function around(target, selector) {
  const found = target instanceof Element ? target.closest(selector) : null;
  return /** @type {HTMLElement | null} */ (found);
}

/** The text field of the query box, which gradio draws when it likes. */
export const queryField = () =>
  /** @type {HTMLTextAreaElement | null} */ (document.querySelector("#query textarea"));

/** Whether the person is typing, so that single letters are letters.
 *  @param {EventTarget | null} target */
export function isTyping(target) {
  return Boolean(around(target, 'input, textarea, select, [contenteditable="true"], video'));
}

/** Calls `callback` once, `wait` milliseconds after the last request.
 *  @template {unknown[]} T @param {(...given: T) => unknown} callback @param {number} wait */
export function debounced(callback, wait) {
  let timer = 0;
  /** @param {T} given */
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => callback(...given), wait);
  };
}

/** Whether the person asked the system, or the page, for less movement. */
export const isCalm = () =>
  matchMedia("(prefers-reduced-motion: reduce)").matches ||
  document.documentElement.dataset.motion === "less";

/** Narrow enough for one column. */
export const isNarrow = () => matchMedia("(max-width: 760px)").matches;

/** Bring a screen to the front: 0 Search, 1 Library, 2 Lab, 3 Settings.
 *  @param {number} n */
export function showTab(n) {
  const tab = findAll(document, '#tabs button[role="tab"]')[n];
  // The address notes the click, see tabs.js.
  if (tab?.getAttribute("aria-selected") === "false") tab.click();
}
