// Rows and tiles can be dragged into the question as examples. Only ids travel, never files.

const TYPE = "application/x-qwen3vl-item";

/** Let `node` be dragged as the item `card`. */
export function draggable(node, card) {
  node.draggable = true;
  node.addEventListener("dragstart", (event) => {
    const { id, title, kind, thumb } = card;
    event.dataTransfer.setData(TYPE, JSON.stringify({ id, title, kind, thumb }));
    event.dataTransfer.effectAllowed = "copy";
    document.body.classList.add("dragging-item");
  });
  node.addEventListener("dragend", () => document.body.classList.remove("dragging-item"));
}

/** Items dropped onto the query box, or onto `root` below it, are given to `take`. */
export function catchItems(root, take) {
  const meant = (event) =>
    root.isConnected && isItem(event) && Boolean(event.target.closest?.("#query, #asking"));
  const over = (event) => {
    if (!meant(event)) return;
    event.preventDefault();
    event.stopPropagation(); // the query box would take it for a file
    event.dataTransfer.dropEffect = "copy";
  };
  for (const name of ["dragenter", "dragover"]) document.addEventListener(name, over, true);
  document.addEventListener(
    "drop",
    (event) => {
      if (!meant(event)) return;
      over(event);
      document.body.classList.remove("dragging-item");
      const card = JSON.parse(event.dataTransfer.getData(TYPE));
      if (Number.isSafeInteger(card.id)) take(card);
    },
    true,
  );
}

const isItem = (event) => [...(event.dataTransfer?.types ?? [])].includes(TYPE);
