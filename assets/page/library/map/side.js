// Beside the map: what the colours mean, each a switch, and the clusters as a list, which shows the
// same without the picture.

import { emit } from "../../kit/bus.js";
import { el } from "../../kit/dom.js";
import { count, thumbOf } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { isolated, t } from "../../i18n/strings.js";
import { clusterName } from "./colours.js";

/** @import { Card } from "../../kit/types" */
/** @import { MapState, Points, Group } from "./types" */

/** What a group and a cluster can be told to do.
 *  @typedef {{ turn: (number: number) => void, choose: (cluster: number) => void,
 *              show: (cluster: number) => void }} Doing */

/** The legend: one switch for each group.
 *  @param {Group[]} groups @param {Set<number>} hidden
 *  @param {(number: number) => string} colour @param {Doing} doing */
export function legend(groups, hidden, colour, doing) {
  return groups.map(({ number, label, size }) => {
    const dot = el("span", { class: "map-dot" });
    dot.style.background = colour(number);
    return el(
      "button",
      {
        type: "button",
        class: "chip map-group",
        "aria-pressed": String(!hidden.has(number)),
        title: t("map.turn", { label }),
        data: { number },
        onclick: () => doing.turn(number),
      },
      dot,
      el("span", { dir: "auto", "data-content": "", text: label }),
      el("span", { class: "number", "data-explain": "tally", text: count(size) }),
    );
  });
}

/** The clusters with what stands for them.
 *  @param {MapState} state @param {Points} points @param {Doing} doing */
export function clusterList(state, points, doing) {
  const sizes = new Uint32Array(256);
  for (let i = 0; i < points.count; i += 1) sizes[points.clusters[i]] += 1;
  return state.clusters.map((cluster, number) => {
    const name = clusterName(state, points, number);
    return el(
      "li",
      { class: "map-cluster", data: { cluster: number } },
      el(
        "div",
        { class: "map-cluster-head" },
        el("b", { dir: "auto", "data-content": "", text: name }),
        el("span", {
          class: "fine",
          "data-explain": "tally",
          text: t("found.items", { n: count(sizes[number]) }),
        }),
        button("search", "map.show", name, () => doing.show(number)),
        button("check", "map.choose", name, () => doing.choose(number)),
      ),
      el("div", { class: "map-cluster-items" }, ...cluster.items.map(small)),
    );
  });
}

/** @param {string} sign @param {string} key @param {string} name @param {() => void} onclick */
const button = (sign, key, name, onclick) =>
  el(
    "button",
    {
      type: "button",
      class: "bare",
      "aria-label": t(`${key}.of`, { name: isolated(name) }),
      title: t(key),
      onclick,
    },
    icon(sign, 16),
  );

/** @param {Card} card */
const small = (card) =>
  el(
    "button",
    {
      type: "button",
      class: "map-item",
      title: card.title,
      "aria-label": `${isolated(card.title)}, ${t(`kind.${card.kind}`)}`,
      data: { id: card.id },
      onclick: () => emit("open", { id: card.id }),
    },
    el("img", { src: thumbOf(card), alt: "", loading: "lazy", width: 64, height: 48 }),
  );
