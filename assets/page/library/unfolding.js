// A file that stands behind one tile shows what else of it is listed.

import { find, findAll } from "../kit/dom.js";
import { getJson } from "../kit/net.js";
import { complain } from "../kit/toast.js";

/** @import { Grid } from "./grid.js" */
/** @import { Listed } from "./types" */

/** Unfold the file of a tile, or fold it again.
 *  @param {Grid} grid @param {Listed} item @param {HTMLElement} frame */
export async function unfold(grid, item, frame) {
  const button = find(frame, ".tile-fold");
  const isOpen = () => button.getAttribute("aria-expanded") === "true";
  const opens = !isOpen();
  button.setAttribute("aria-expanded", String(opens));
  for (const node of findAll(grid.tiles, `.inside[data-of="${item.id}"]`)) node.remove();
  if (!opens) return;
  try {
    const asked = { ...grid.narrowing.parameters(), grouped: null };
    const { items } = await getJson(`/api/listing/members/${item.id}`, asked);
    if (!frame.isConnected || !isOpen()) return;
    const frames = items.filter((one) => one.id !== item.id).map((one) => grid.frame(one));
    for (const one of frames) {
      one.classList.add("inside");
      one.dataset.of = String(item.id);
    }
    frame.after(...frames);
  } catch (error) {
    button.setAttribute("aria-expanded", "false");
    complain(error);
  }
}
