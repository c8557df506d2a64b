// Building and finding nodes. Text only ever arrives through textContent.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children. `text` sets textContent, `onclick` and the like listen,
 *  `true` is an empty attribute, `false` and null leave it out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) put(node, name, value);
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

function put(node, name, value) {
  if (value == null || value === false) return;
  if (name === "text") node.textContent = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (typeof value === "function") node.addEventListener(name.slice(2), value);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Set an attribute or, with null, take it away; the page is only touched where it differs. */
export function attribute(node, name, value) {
  if (value == null) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, String(value));
  }
}

/** Set the text of a node where it differs. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Whether the person is typing, so that single letters are letters. */
export function isTyping(target) {
  return Boolean(target?.closest?.('input, textarea, select, [contenteditable="true"], video'));
}

/** Calls `callback` once, `wait` milliseconds after the last request. */
export function debounced(callback, wait) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => callback(...given), wait);
  };
}

/** Whether the person asked the system for less movement. */
export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Narrow enough for one column. */
export const isNarrow = () => matchMedia("(max-width: 760px)").matches;

/** Bring a screen to the front: 0 Search, 1 Library, 2 Settings. */
export function showTab(n) {
  const tab = document.querySelectorAll('#tabs button[role="tab"]')[n];
  // The address notes the click, see tabs.js.
  if (tab?.getAttribute("aria-selected") === "false") tab.click();
}
