// The buttons above the results: which column on a phone, side by side, as a table or a wall, how
// dense.

import { chooseView } from "./views.js";
import { el } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** On a phone there is room for one column. */
export function sideButtons(board) {
  const choose = (side) => () => {
    board.root.dataset.side = side;
    board.draw();
  };
  board.root.dataset.side = "rerank";
  const button = (side) =>
    el("button", {
      type: "button",
      data: { side },
      text: t(`column.${side}`),
      onclick: choose(side),
    });
  return el("div", { class: "segments board-sides" }, button("rerank"), button("recall"));
}

/** Low rows or high ones. */
export function densityButton(board) {
  const attributes = {
    type: "button",
    class: "quiet board-density",
    onclick: () => board.toggleCompact(),
  };
  return el("button", attributes, icon("rows", 16), el("span", { text: t("compact") }));
}

/** Side by side, a table or a wall of pictures; remembered in this browser. */
export function viewButtons(board) {
  const choose = (view) => () => {
    chooseView(view);
    board.draw();
  };
  const button = (view, name) => {
    const label = t(`view.${view}`);
    const attributes = {
      type: "button",
      data: { view },
      title: label,
      "aria-label": label,
      onclick: choose(view),
    };
    return el("button", attributes, icon(name, 16));
  };
  const buttons = [button("board", "sides"), button("table", "table"), button("grid", "tiles")];
  return el(
    "div",
    { class: "segments board-views", role: "group", "aria-label": t("view.title") },
    ...buttons,
  );
}
