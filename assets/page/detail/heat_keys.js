// The map of evidence by keyboard: one Tab stop, arrows from part to part, and the number of the
// part in words below the map; a pointer that rests on a part has it said there as well.

import { el, say } from "../kit/dom.js";
import { t } from "../i18n/strings.js";

/** Where an arrow leads: across, down.
 *  @type {Record<string, [number, number] | undefined>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The map, with the line that says the number of one part.
 *  @param {HTMLElement} map @param {HTMLElement[]} parts each with its words as title */
export function walkable(map, parts) {
  const line = el("p", { class: "fine heat-said", "data-explain": "falls" });
  const first = parts.find((part) => "peak" in part.dataset) ?? parts[0];
  for (const part of parts) {
    part.tabIndex = part === first ? 0 : -1;
    if (part.tagName === "MARK") continue; // its text is read, and its title as what it is about
    part.setAttribute("aria-label", part.title);
    part.setAttribute("role", "img");
  }
  map.setAttribute("role", "group");
  map.setAttribute("aria-label", t("evidence.map"));
  /** @param {EventTarget | null} target */
  const tell = (target) => {
    const part = parts.find((one) => target instanceof Node && one.contains(target));
    if (part) say(line, part.title);
  };
  map.addEventListener("pointerover", ({ target }) => tell(target));
  map.addEventListener("focusin", ({ target }) => tell(target));
  map.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = parts.findIndex((part) => part === event.target);
    const way = WAYS[event.key];
    if (at < 0 || !way) return;
    event.preventDefault();
    event.stopPropagation(); // arrows turn to other items elsewhere in the panel
    const next = nextTo(parts, at, way);
    if (!next) return;
    parts[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  say(line, first?.title ?? "");
  return el("div", { class: "heat-walk" }, map, line);
}

/** Of frames and sentences the one before or behind. Of cells the nearest that lies in a direction;
 *  of two as near, the one that is less aside.
 *  @param {HTMLElement[]} parts @param {number} at @param {[number, number]} way */
function nextTo(parts, at, [across, down]) {
  if (parts[at].tagName !== "I") return parts[at + across + down] ?? null;
  const from = middleOf(parts[at]);
  /** @type {HTMLElement | null} */
  let best = null;
  let least = Infinity;
  for (const part of parts) {
    const to = middleOf(part);
    const [x, y] = [to.x - from.x, to.y - from.y];
    const ahead = x * across + y * down;
    const far = ahead + 3 * (Math.abs(x * down) + Math.abs(y * across));
    if (ahead >= 1 && far < least) [best, least] = [part, far];
  }
  return best;
}

/** @param {HTMLElement} part */
function middleOf(part) {
  const { left, right, top, bottom } = part.getBoundingClientRect();
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}
