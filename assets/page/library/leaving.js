// Items of the grid leave the library: one file, or all that are chosen.

import { emit } from "../kit/bus.js";
import { getJson, post, remove } from "../kit/net.js";
import { complain } from "../kit/toast.js";
import { isEditable, refresh } from "../shell/status.js";
import { sayRemoved, sayRemovedTogether } from "./removing.js";

/** @import { Grid } from "./grid.js" */
/** @import { Chooser, Listed } from "./types" */

/** Take a file out of the library; Undo brings it back, and so does Recently removed.
 *  @param {Grid} grid @param {Listed} item */
export async function forget(grid, item) {
  const { siblings } = await getJson(`/api/items/${item.id}`).catch(() => ({ siblings: [item] }));
  const ids = siblings.map((one) => one.id);
  grid.hide(ids, true);
  try {
    sayRemoved(item.title, await remove(`/api/items/${item.id}`), () => returned(grid, ids));
    emit("forgotten", { ids });
    refresh();
  } catch (error) {
    complain(error);
    grid.hide(ids, false);
  }
}

/** Remove the files of these items in one go.
 *  @param {Chooser} grid @param {number[]} ids */
export async function forgetTogether(grid, ids) {
  if (!ids.length || !isEditable()) return;
  try {
    const taken = await post("/api/chosen/remove", { ids });
    sayRemovedTogether(taken, () => returned(grid, taken.items));
    grid.hide(taken.items, true);
    grid.selection.clear();
    emit("forgotten", { ids: taken.items });
    refresh();
  } catch (error) {
    complain(error);
  }
}

/** They are there again.
 *  @param {Chooser} grid @param {number[]} ids */
function returned(grid, ids) {
  emit("returned", { ids });
  grid.reload();
}
