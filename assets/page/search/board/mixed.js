// A thin bar beside the heading of a column: how kinds are mixed among the hits that are shown.

import { attribute, el } from "../../kit/dom.js";
import { t } from "../../i18n/strings.js";

/** @import { Hit } from "../types" */
/** @import { Kind } from "../../kit/types" */

/** @type {Kind[]} */
const KINDS = ["picture", "page", "passage", "video", "moment"];

/** The bar, and what draws it anew. */
export function mixedBar() {
  const parts = KINDS.map((kind) => el("i", { data: { kind } }));
  const node = el("span", { class: "mixed", role: "img", hidden: true }, ...parts);
  /** @param {Hit[]} hits */
  const draw = (hits) => {
    const counts = KINDS.map((kind) => hits.filter((hit) => hit.kind === kind).length);
    node.hidden = counts.filter(Boolean).length < 2; // nothing is mixed
    const said = KINDS.flatMap((kind, n) =>
      counts[n] ? [`${t(`kinds.${kind}`)} ${counts[n]}`] : [],
    );
    const text = t("mixed", { kinds: said.join(", ") });
    attribute(node, "aria-label", text);
    attribute(node, "title", text);
    parts.forEach((part, n) => part.style.setProperty("flex-grow", String(counts[n])));
  };
  return { node, draw };
}
