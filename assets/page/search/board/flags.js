// The badges beside the title of a hit: what found it, and what is folded away behind it.

import { el } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** @import { Hit } from "../types" */

/** At which rank each of several queries has found the hit, as a sentence.
 *  @param {Hit} hit */
export function foundBy(hit) {
  return hit.by
    .map((rank, n) => t(rank == null ? "by.none" : "by.rank", { query: n + 1, rank }))
    .join("; ");
}

/** The badges beside the title: found by its words, near copies and parts of its file behind it.
 *  @param {Hit} hit @param {number} folded @param {boolean} unfolded */
export function flags(hit, folded, unfolded) {
  const found = [];
  if (hit.words != null) {
    found.push(
      el("span", {
        class: "flag",
        text: t("words.badge", { rank: hit.words }),
        title: t("words.hint", { rank: hit.words }),
      }),
    );
    if (hit.in)
      found.push(
        el("span", {
          class: "flag flag-in",
          text: t(`words.in.${hit.in}`),
          title: hit.in === "folder" ? hit.folder : null,
        }),
      );
  }
  if (hit.by.length) {
    const ranks = hit.by.map((rank) => (rank == null ? "–" : `#${rank}`)).join(" · ");
    found.push(el("span", { class: "flag flag-by", text: ranks, title: foundBy(hit) }));
  }
  if (hit.copies.length) {
    const n = hit.copies.length;
    const attributes = {
      type: "button",
      class: "flag flag-copies",
      tabindex: "-1",
      "aria-expanded": String(unfolded),
      title: t("copies.hint", { n }),
    };
    found.push(
      el(
        "button",
        { ...attributes, "aria-label": t("copies.hint", { n }) },
        icon("copies", 13),
        el("span", { text: `+${n}` }),
      ),
    );
  }
  if (folded) {
    const label = t("grouped.more", { n: folded });
    found.push(
      el(
        "button",
        { type: "button", class: "flag flag-file", tabindex: "-1", title: label },
        icon(hit.kind, 13),
        el("span", { text: `+${folded}`, "aria-label": label }),
      ),
    );
  }
  return found;
}
