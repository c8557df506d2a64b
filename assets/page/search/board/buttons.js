// The buttons above the results: which column on a phone, side by side, as a table or a wall, how
// dense.

import { chooseView, VIEWS } from "./views.js";
import { memory } from "../../kit/bus.js";
import { el, isNarrow } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** @import { Side } from "../types" */
/** @import { Board } from "./board.js" */

const COMPACT_FROM = 11; // rows; more than ten are easier to compare when they are low

/** On a phone there is room for one column.
 *  @param {Board} board */
export function sideButtons(board) {
  /** @param {Side} side */
  const choose = (side) => () => {
    board.root.dataset.side = side;
    board.draw();
  };
  board.root.dataset.side = "rerank";
  /** @param {Side} side */
  const button = (side) =>
    el("button", {
      type: "button",
      data: { side },
      text: t(`column.${side}`),
      onclick: choose(side),
    });
  return el("div", { class: "segments board-sides" }, button("rerank"), button("recall"));
}

/** Whether so many rows are low ones: as it was chosen, or where they are many.
 *  @param {number} rows @returns {boolean} */
export const isCompact = (rows) =>
  memory.get("compact", null) ?? (rows >= COMPACT_FROM && !isNarrow());

/** Low rows where they were high, and the other way round.
 *  @param {Board} board */
export function toggleCompact(board) {
  memory.set("compact", board.root.dataset.compact !== "true");
  board.draw();
}

/** Low rows or high ones.
 *  @param {Board} board */
export function densityButton(board) {
  const attributes = {
    type: "button",
    class: "quiet board-density",
    onclick: () => toggleCompact(board),
  };
  const label = { "aria-label": t("compact"), title: t("compact") };
  return el("button", { ...attributes, ...label }, icon("rows", 16));
}

/** Side by side, a table or a wall of pictures; remembered in this browser.
 *  @param {Board} board */
export function viewButtons(board) {
  /** @param {string} view */
  const choose = (view) => () => {
    chooseView(view);
    board.draw();
  };
  /** @param {string} view @param {string} name */
  const button = (view, name) => {
    const label = t(`view.${view}`);
    const attributes = {
      type: "button",
      data: { view },
      title: label,
      "aria-label": label,
      onclick: choose(view),
    };
    return el("button", attributes, icon(name, 16), el("span", { text: label }));
  };
  const icons = ["sides", "tiles", "table"];
  const buttons = VIEWS.map((view, n) => button(view, icons[n]));
  return el(
    "div",
    { class: "segments board-views", role: "group", "aria-label": t("view.title") },
    ...buttons,
  );
}
