// Groups of nearly equal pictures: which one to keep, why, and the others. Nothing is ever deleted:
// whoever wants to can see where they are.

import { el } from "../kit/dom.js";
import { bytes, count, pathTail } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson } from "../kit/net.js";
import { t, worded } from "../i18n/strings.js";
import { complain } from "../kit/toast.js";
import { tile } from "../search/welcome.js";

/** @import { Group, Twin } from "./types" */

export class Duplicates {
  constructor() {
    /** Where the next page of groups begins; null at the end.
     *  @type {number | null} */
    this.next = null;
    this.list = el("div", { class: "groups" });
    this.hint = el("p", { class: "fine" });
    this.more = el(
      "button",
      { type: "button", class: "more", hidden: true, onclick: () => this.load(this.next ?? 0) },
      el("span", { text: t("duplicates.more") }),
      icon("down", 16),
    );
    this.node = el("section", { class: "duplicates" }, this.hint, this.list, this.more);
    this.hint.textContent = t("duplicates.hint");
  }

  async reload() {
    if (!this.list.firstChild)
      this.list.replaceChildren(...[0, 1, 2].map(() => el("div", { class: "ghost ghost-group" })));
    await this.load(0);
  }

  /** @param {number} after */
  async load(after) {
    this.more.disabled = true;
    try {
      const page = await getJson("/api/duplicates", { after });
      const groups = page.groups.map(group);
      if (after) this.list.append(...groups);
      else
        this.list.replaceChildren(
          ...(groups.length
            ? groups
            : [
                el("p", {
                  class: "empty",
                  text: t(page.ready ? "duplicates.none" : "duplicates.waiting"),
                }),
              ]),
        );
      this.next = page.next;
      this.more.hidden = page.next == null;
    } catch (error) {
      complain(error);
    }
    this.more.disabled = false;
  }
}

/** @param {Group} group */
function group({ keeper, reason, copies, more }) {
  const rest = more
    ? el("p", {
        class: "fine",
        "data-explain": "copies",
        text: t("duplicates.rest", { n: count(more) }),
      })
    : null;
  return el(
    "article",
    { class: "group" },
    el(
      "div",
      { class: "group-keeper" },
      picture(keeper),
      el(
        "p",
        { class: "group-reason", "data-explain": "size" },
        icon("check", 16),
        el(
          "span",
          {},
          el("b", { text: t("duplicates.keep") }),
          " ",
          el("span", { text: worded(reason) }),
        ),
      ),
    ),
    el("div", { class: "tiles" }, ...copies.map(picture), rest),
  );
}

/** @param {Twin} item */
function picture(item) {
  const facts = [
    item.width ? `${item.width} × ${item.height}` : "",
    item.bytes == null ? t("fact.gone") : bytes(item.bytes),
  ];
  return el(
    "div",
    { class: "tile-frame", data: { id: item.id } },
    tile(item),
    el("p", { class: "fine", "data-explain": "size", text: facts.filter(Boolean).join(" · ") }),
    el("p", {
      class: "fine group-path",
      dir: "auto",
      "data-content": "",
      text: pathTail(item.path),
      title: item.path,
    }),
  );
}
