// How large the tiles of every wall are; remembered in this browser.

import { emit, memory, on } from "./bus.js";
import { el, findAll, isTyping, say } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "../i18n/strings.js";

/** As parts of the usual width, which depends on the window. */
const SIZES = [0.6, 0.8, 1, 1.3, 1.7, 2.2];
const USUAL = SIZES.indexOf(1);
const WALLS = ".board-grid, .listing .tiles, .grid .tiles";
/** By how much a key changes the size. = and _ are the same keys with and without Shift.
 *  @type {Record<string, number>} */
const KEYS = { "+": 1, "=": 1, "-": -1, _: -1 };

function at() {
  const known = memory.get("tiles", USUAL);
  return Number.isInteger(known) && SIZES[known] ? known : USUAL;
}

/** @param {number} by */
function resize(by) {
  const next = at() + by;
  if (!SIZES[next]) return;
  memory.set("tiles", next);
  apply();
  emit("tiles");
}

const apply = () => document.documentElement.style.setProperty("--tile-size", String(SIZES[at()]));

/** Two buttons around the size, which is read out when it changes. */
export function sizeButtons() {
  const size = el("span", { class: "tile-percent", "data-explain": "tiles", role: "status" });
  /** @param {string} name @param {number} by */
  const button = (name, by) => {
    const label = t(by > 0 ? "tiles.larger" : "tiles.smaller");
    return el(
      "button",
      { type: "button", "aria-label": label, title: label, onclick: () => resize(by) },
      icon(name, 16),
    );
  };
  const [smaller, larger] = [button("minus", -1), button("plus", 1)];
  const node = el(
    "div",
    { class: "segments tile-size", role: "group", "aria-label": t("tiles.title") },
    smaller,
    size,
    larger,
  );
  const draw = () => {
    smaller.disabled = at() === 0;
    larger.disabled = at() === SIZES.length - 1;
    const text = `${Math.round(100 * SIZES[at()])} %`;
    if (size.textContent !== text) say(size, text);
  };
  on("tiles", node, draw);
  draw();
  return node;
}

/** + and − change the size wherever a wall of tiles is in sight.
 *  @param {Element} root */
export function listenForSize(root) {
  apply();
  document.addEventListener("keydown", (event) => {
    const by = KEYS[event.key];
    if (
      !by ||
      !root.isConnected ||
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (!findAll(document, WALLS).some((wall) => wall.offsetParent)) return;
    resize(by);
    event.preventDefault();
  });
}
