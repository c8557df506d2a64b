// search/: the Search screen: the question, the board that answers it, start page, tour, address.
//
// What the Search screen shows before the first search: in an empty library the ways to fill it,
// otherwise queries to try and what came in last.

import { emit, on } from "../kit/bus.js";
import { childrenOf, el } from "../kit/dom.js";
import { folderForm, sampleButton } from "../library/adder.js";
import { dropZone } from "../library/dropzone.js";
import { draggable } from "../kit/drag.js";
import { badgeText, fitOf, thumbOf } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson, Refused } from "../kit/net.js";
import { privateLine } from "../shell/private.js";
import { isEditable } from "../shell/status.js";
import { isolated, t } from "../i18n/strings.js";
import { savedOffer, savedSearches } from "./saved_offer.js";
import { tourOffer } from "./tour_offer.js";

/** @import { StatusOrLost } from "../shell/types" */
/** @import { Card } from "../kit/types" */

const RECENT = 24; // as many as fill two lines of tiles on a very wide window
const LINES = 2;

export class Welcome {
  constructor() {
    this.node = el("div", { class: "welcome" });
    this.shown = "";
    for (const event of /** @type {const} */ (["changed", "saved"]))
      on(event, this.node, () => this.shown === "full" && this.fill());
  }

  /** Show what fits the library's state; drawn anew only when that changes.
   *  @param {StatusOrLost} status @param {boolean} visible */
  show(status, visible) {
    if (!visible || status.lost) return;
    const empty = !Object.values(status.items).some(Boolean);
    const state = empty ? (status.index.state === "idle" ? "empty" : "coming") : "full";
    if (state === this.shown) return;
    this.shown = state;
    if (state === "empty") this.drawEmpty();
    else if (state === "full") this.fill();
    else this.drawComing();
  }

  drawEmpty() {
    if (!isEditable()) {
      this.node.replaceChildren(
        el(
          "div",
          { class: "hero" },
          el("h2", { text: t("welcome.title") }),
          el("p", { text: t("closed.empty") }),
        ),
      );
      return;
    }
    this.node.replaceChildren(
      el(
        "div",
        { class: "hero" },
        el("h2", { text: t("welcome.title") }),
        el("p", { text: t("welcome.text") }),
        dropZone(),
        el(
          "div",
          { class: "hero-ways" },
          el(
            "div",
            { class: "card" },
            el("h3", { text: t("samples.title") }),
            el("p", { text: t("samples.text") }),
            sampleButton("primary"),
          ),
          el(
            "div",
            { class: "card" },
            el("h3", { text: t("folder.title") }),
            el("p", { text: t("folder.text") }),
            folderForm(),
          ),
        ),
        privateLine(),
      ),
    );
  }

  drawComing() {
    const hero = el(
      "div",
      { class: "hero" },
      el("h2", { text: t("coming.title") }),
      el("p", { text: t("coming.text") }),
    );
    const ghosts = Array.from({ length: 6 }, () => el("div", { class: "ghost ghost-tile" }));
    this.node.replaceChildren(
      hero,
      el("div", { class: "tiles", "aria-hidden": "true" }, ...ghosts),
    );
  }

  async fill() {
    let found;
    try {
      found = await Promise.all([
        getJson("/api/tour").catch(unlessAway({ stops: [] })),
        getJson("/api/items", { limit: RECENT }).catch(unlessAway({ items: [] })),
        savedSearches().catch(unlessAway([])),
      ]);
    } catch {
      this.shown = ""; // what is shown stays; the next status asks again
      return;
    }
    const [tour, recent, saved] = found;
    if (!this.node.isConnected) return;
    this.node.replaceChildren();
    if (saved.length) this.node.append(savedOffer(saved));
    if (tour.stops.length) this.node.append(tourOffer(tour.stops));
    if (recent.items.length) this.node.append(recently(recent.items));
  }
}

/** What stands for an answer that the program refused; one that is away is no answer.
 *  @template T @param {T} nothing @returns {(error: unknown) => T} */
const unlessAway = (nothing) => (error) => {
  if (error instanceof Refused && error.status) return nothing;
  throw error;
};

/** @param {Card[]} items */
function recently(items) {
  const tiles = el("div", { class: "tiles" }, ...items.map(tile));
  const trim = () => {
    const columns = getComputedStyle(tiles).gridTemplateColumns.split(" ").length;
    const full = Math.max(1, Math.min(LINES, Math.floor(items.length / columns))) * columns;
    childrenOf(tiles).forEach((node, n) => (node.hidden = n >= full));
  };
  new ResizeObserver(trim).observe(tiles);
  return el("section", { class: "recent" }, el("h2", { text: t("recent") }), tiles);
}

/** A tile that opens its item.
 *  @param {Card} item */
export function tile(item) {
  const short = badgeText(item.kind, item.place);
  const badge = el(
    "span",
    { class: "badge", "data-explain": "place" },
    icon(item.kind, 13),
    short ? el("span", { text: short }) : null,
  );
  const picture = el("img", {
    src: thumbOf(item),
    alt: "",
    loading: "lazy",
    decoding: "async",
    draggable: "false",
    width: 200,
    height: 150,
    data: { fit: fitOf(item) },
  });
  const node = el(
    "button",
    {
      type: "button",
      class: "tile",
      data: { id: item.id },
      title: item.title,
      "aria-label": [isolated(item.title), t(`kind.${item.kind}`), short]
        .filter(Boolean)
        .join(", "),
      onclick: () => emit("open", { id: item.id }),
    },
    el("span", { class: "tile-thumb" }, picture, badge),
    el("span", { class: "tile-title", dir: "auto", "data-content": "", text: item.title }),
  );
  draggable(node, item);
  return node;
}
