// What can be done with the item in the panel: search for more like it, open it, show it in its
// folder, copy where it is, remove it.

import { emit } from "../kit/bus.js";
import { copyText } from "../kit/copying.js";
import { el, isNarrow } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { post, remove } from "../kit/net.js";
import { complain, toast } from "../kit/toast.js";
import { sayRemoved } from "../library/removing.js";
import { isEditable, refresh } from "../shell/status.js";
import { disliking, liking, onlyLiking } from "../shell/wishes.js";
import { t } from "../i18n/strings.js";

/** @import { Card } from "../kit/types" */
/** @import { Wish } from "../search/types" */
/** @import { Shown } from "./types" */

/** The buttons of an item; `close` folds the panel where it covers what they lead to.
 *  @param {Shown} item @param {() => void} close */
export function actionsBlock(item, close) {
  /** @param {(card: Card) => Wish} make */
  const wish = (make) => () => {
    if (isNarrow()) close();
    emit("ask", make(item));
  };
  const tells = /[\\/]/.test(item.path); // strangers are not told the folder
  return el(
    "div",
    { class: "panel-actions" },
    button("primary", "sparkle", "more_like", wish(onlyLiking)),
    openLink(item),
    item.in_folder ? button("quiet", "folder", "folder.show", () => showInFolder(item)) : null,
    tells ? button("quiet", "copy", "copy.path", () => copyText(item.path, "copied")) : null,
    button("quiet", "plus", "like.add", wish(liking)),
    button("quiet", "minus", "like.not", wish(disliking)),
    isEditable() ? button("quiet", "bin", "forget.short", () => forget(item)) : null,
  );
}

/** @param {string} tone @param {string} name @param {string} label
 *  @param {() => unknown} onclick */
const button = (tone, name, label, onclick) =>
  el(
    "button",
    { type: "button", class: tone, onclick },
    icon(name, 16),
    el("span", { text: t(label) }),
  );

/** The file in a tab of the browser; nothing where it is gone.
 *  @param {Shown} item */
function openLink({ id, place, file }) {
  if (!file) return null;
  const pdf = place.page && file.type === "application/pdf";
  const href = `/m/full/${id}${pdf ? `#page=${place.page}` : ""}`;
  const text = t(pdf ? "open.pdf" : "open.original", { page: place.page });
  return el(
    "a",
    { class: "quiet", href, target: "_blank", rel: "noopener" },
    icon("open", 16),
    el("span", { "data-explain": "place", text }),
  );
}

/** @param {Shown} item */
async function showInFolder({ id }) {
  try {
    await post("/api/in_folder", { item: id });
    toast(t("folder.shown"), { seconds: 4 });
  } catch (error) {
    complain(error);
  }
}

/** Take the whole file out of the library; Undo brings it back and shows it again.
 *  @param {Shown} item */
async function forget({ id, title, siblings }) {
  try {
    const ids = [id, ...siblings.map((one) => one.id)];
    sayRemoved(title, await remove(`/api/items/${id}`), () => {
      emit("returned", { ids });
      emit("open", { id });
    });
    emit("forgotten", { ids });
    refresh();
  } catch (error) {
    complain(error);
  }
}
