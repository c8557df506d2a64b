// How items are chosen by pointer, finger and keyboard. A grid is one stop of the Tab key; arrows
// lead from tile to tile.

import { emit } from "../kit/bus.js";
import { around, childrenOf, findAll } from "../kit/dom.js";

/** @import { Grid } from "./grid.js" */

const PRESS = 500; // milliseconds on a touch screen

/** Choose tiles of `grid`.
 *  @param {Grid} grid */
export function chooseTiles(grid) {
  const { tiles } = grid;
  longPress(grid); // first: it swallows the click of the finger that is lifted
  tiles.addEventListener("click", (event) => clicked(grid, event), true);
  tiles.addEventListener("focusin", (event) => {
    const tile = around(event.target, ".tile-frame");
    if (tile) reach(grid, tile);
  });
  grid.node.addEventListener("keydown", (event) => pressed(grid, event));
  tiles.addEventListener("keyup", (event) => {
    // A button would be clicked by it.
    if (event.key === " " && around(event.target, ".tile")) event.preventDefault();
  });
}

/** Make a tile the one that the Tab key comes to.
 *  @param {Grid} grid @param {HTMLElement} frame */
function reach(grid, frame) {
  for (const node of findAll(grid.tiles, '[tabindex="0"]'))
    if (!frame.contains(node)) node.tabIndex = -1;
  for (const node of findAll(frame, "button, input")) node.tabIndex = 0;
}

/** Let the Tab key come to a tile where the one that it came to has gone.
 *  @param {Grid} grid */
export function keepReached(grid) {
  const frames = grid.frames();
  const isReached = frames.some((frame) => findAll(frame, '[tabindex="0"]').length);
  if (frames.length && !isReached) reach(grid, frames[0]);
}

/** @param {Grid} grid @param {MouseEvent} event */
function clicked(grid, event) {
  const frame = around(event.target, ".tile-frame");
  if (!frame || !grid.canChoose(frame) || around(event.target, ".tile-bin, .tile-fold")) return;
  const id = Number(frame.dataset.id);
  const box = around(event.target, ".tile-check");
  const byKey = event.ctrlKey || event.metaKey;
  if (event.shiftKey) grid.selection.extend(id, grid.shown());
  else if (box || byKey || grid.selection.isOn) grid.selection.toggle(id);
  else return;
  event.stopPropagation();
  if (!box) event.preventDefault();
}

/** @param {Grid} grid @param {KeyboardEvent} event */
function pressed(grid, event) {
  const frame = around(event.target, ".tile-frame");
  if (event.key === "Escape" && !event.defaultPrevented) {
    if (!grid.selection.ids.size && !grid.selection.isOn) return;
    grid.selection.clear();
  } else if (frame && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
    grid.chooseAll();
  } else if (!frame || event.ctrlKey || event.metaKey || event.altKey) return;
  else if (!onTile(grid, frame, event)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {Grid} grid @param {HTMLElement} frame @param {KeyboardEvent} event */
function onTile(grid, frame, { key, shiftKey, target }) {
  const id = Number(frame.dataset.id);
  const onIt = Boolean(around(target, ".tile"));
  const next = step(grid, frame, key);
  if (next) {
    if (shiftKey && grid.canChoose(next)) {
      grid.selection.anchor ??= id;
      grid.selection.extend(Number(next.dataset.id), grid.shown());
    }
    tileOf(next)?.focus();
    return true;
  }
  if (key === " " && onIt && grid.canChoose(frame)) grid.selection.toggle(id);
  else if (key === "Enter" && onIt) emit("open", { id });
  else if (key === "Delete") grid.removeChosen(id);
  else return key.startsWith("Arrow");
  return true;
}

/** The tile that a key leads to.
 *  @param {Grid} grid @param {HTMLElement} frame @param {string} key
 *  @returns {HTMLElement | undefined} */
function step(grid, frame, key) {
  const frames = childrenOf(grid.tiles).filter((node) => !node.hidden);
  const at = frames.indexOf(frame);
  const columns = getComputedStyle(grid.tiles).gridTemplateColumns.split(" ").length;
  if (key === "ArrowRight") return frames[at + 1];
  if (key === "ArrowLeft") return frames[at - 1];
  if (key === "ArrowDown") return frames[at + columns];
  if (key === "ArrowUp") return frames[at - columns];
  if (key === "Home") return frames[0];
  if (key === "End") return frames.at(-1);
  return undefined;
}

/** @param {HTMLElement} frame */
const tileOf = (frame) => findAll(frame, ".tile")[0];

/** A finger that rests on a tile chooses it, and from then on every touch does.
 *  @param {Grid} grid */
function longPress(grid) {
  const { tiles, selection } = grid;
  let timer = 0;
  let done = false;
  const end = () => clearTimeout(timer);
  tiles.addEventListener("pointerdown", (event) => {
    done = false;
    const frame = around(event.target, ".tile-frame");
    if (event.pointerType !== "touch" || !frame || !around(event.target, ".tile")) return;
    if (!grid.canChoose(frame)) return;
    timer = setTimeout(() => {
      done = true;
      selection.isOn = true;
      selection.toggle(Number(frame.dataset.id));
    }, PRESS);
  });
  for (const name of ["pointerup", "pointercancel", "pointermove", "scroll"])
    tiles.addEventListener(name, end);
  // What the lifted finger would do is done; and no menu of the browser comes instead.
  tiles.addEventListener("contextmenu", (event) => done && event.preventDefault());
  tiles.addEventListener(
    "click",
    (event) => {
      if (!done) return;
      done = false;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
}

/** The id of the tile that has the focus.
 *  @param {HTMLElement} tiles */
export function focusedIn(tiles) {
  const { activeElement } = document;
  const frame = activeElement instanceof HTMLElement ? activeElement.closest(".tile-frame") : null;
  return frame instanceof HTMLElement && tiles.contains(frame) ? frame.dataset.id : null;
}
