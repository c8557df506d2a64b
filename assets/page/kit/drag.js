// Rows and tiles can be dragged into the question as examples. Only ids travel, never files.

/** @import { Card } from "./types" */

import { around } from "./dom.js";

const TYPE = "application/x-qwen3vl-item";

/** Let `node` be dragged as the item `card`.
 *  @param {HTMLElement} node @param {Card} card */
export function draggable(node, card) {
  node.draggable = true;
  node.addEventListener("dragstart", (event) => {
    const { id, title, kind, thumb } = card;
    event.dataTransfer?.setData(TYPE, JSON.stringify({ id, title, kind, thumb }));
    if (event.dataTransfer) event.dataTransfer.effectAllowed = "copy";
    document.body.classList.add("dragging-item");
  });
  node.addEventListener("dragend", () => document.body.classList.remove("dragging-item"));
}

/** Items dropped onto the query box, or onto `root` below it, are given to `take`.
 *  @param {Element} root @param {(card: Card) => void} take */
export function catchItems(root, take) {
  /** @param {DragEvent} event */
  const meant = (event) =>
    root.isConnected && isItem(event) && Boolean(around(event.target, "#query, #asking"));
  /** @param {DragEvent} event */
  const over = (event) => {
    if (!meant(event)) return;
    event.preventDefault();
    event.stopPropagation(); // the query box would take it for a file
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  };
  for (const name of /** @type {const} */ (["dragenter", "dragover"]))
    document.addEventListener(name, over, true);
  document.addEventListener(
    "drop",
    (event) => {
      if (!meant(event)) return;
      over(event);
      document.body.classList.remove("dragging-item");
      const card = JSON.parse(event.dataTransfer?.getData(TYPE) ?? "{}");
      if (Number.isSafeInteger(card.id)) take(card);
    },
    true,
  );
}

/** @param {DragEvent} event */
const isItem = (event) => [...(event.dataTransfer?.types ?? [])].includes(TYPE);
