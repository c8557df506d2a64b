// Above the map: of what it is, by what it is coloured, zoom and lasso; how far it is, and what can
// be done about that.

import { attribute, childrenOf, el, find, say } from "../../kit/dom.js";
import { count, duration } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { t, worded } from "../../i18n/strings.js";
import { WAYS } from "./colours.js";
import { action } from "./picked.js";

/** @import { Status } from "../../shell/types" */
/** @import { MapView } from "./map.js" */

const MOST_THESE = 1000; // items whose numbers an address takes, as the program has it

export class Tools {
  /** @param {MapView} map */
  constructor(map) {
    this.map = map;
    this.collections = el("select", { "aria-label": t("filter.collection") });
    this.collections.append(el("option", { value: "", text: t("map.everything") }));
    this.collections.addEventListener("change", () => map.turn(this.collections.value));
    this.ways = el(
      "div",
      { class: "segments", role: "group", "aria-label": t("map.by") },
      ...WAYS.map((way) =>
        el("button", {
          type: "button",
          text: t(`map.by.${way}`),
          data: { way },
          onclick: () => map.colourBy(way),
        }),
      ),
    );
    this.lasso = this.sign("lasso", "map.lasso", () => {
      map.plot.isLasso = !map.plot.isLasso;
      this.draw();
    });
    /** @param {(camera: import("./camera.js").Camera) => void} move */
    const moving = (move) => () => {
      move(map.plot.camera);
      map.plot.later();
    };
    const zoom = el(
      "div",
      { class: "map-zoom", role: "group", "aria-label": t("map.zoom") },
      this.lasso,
      this.sign(
        "plus",
        "map.in",
        moving((camera) => camera.zoomAt(1.6)),
      ),
      this.sign(
        "minus",
        "map.out",
        moving((camera) => camera.zoomAt(1 / 1.6)),
      ),
      this.sign(
        "expand",
        "map.whole",
        moving((camera) => camera.whole()),
      ),
    );
    this.node = el("div", { class: "grid-head map-head" }, this.collections, this.ways, zoom);
    this.sentence = el("span", { role: "status", "data-explain": "mapped" });
    this.time = el("span", { class: "fine", "data-explain": "progress" });
    this.meter = el("i", { class: "meter", role: "progressbar", "aria-label": t("map.running") });
    /** Whether the last answer was lost: then it is asked for again, and nothing laid out anew. */
    this.lost = false;
    const again = () => (this.lost ? map.look() : map.begin());
    this.again = action("retry", "map.again", again, "again");
    this.stop = action("stop", "map.stop", () => map.stop(), "stop");
    this.only = action("filter", "map.only", () => map.narrow(), "only");
    this.items = action(
      "tiles",
      "map.items",
      () => map.showInItems([...map.selection.ids]),
      "items",
    );
    this.chosen = el(
      "div",
      { class: "map-chosen", role: "group", "aria-label": t("map.chosen"), hidden: true },
      this.only,
      this.items,
      action("sparkle", "map.like", () => map.searchLike(), "like"),
    );
    this.told = el(
      "div",
      { class: "map-told" },
      this.sentence,
      this.meter,
      this.time,
      this.stop,
      this.again,
      this.chosen,
    );
  }

  /** @param {string} sign @param {string} label @param {() => void} onclick */
  sign(sign, label, onclick) {
    const text = t(label);
    return el(
      "button",
      { type: "button", class: "quiet round", "aria-label": text, title: text, onclick },
      icon(sign, 17),
    );
  }

  /** @param {Status} status */
  know({ collections }) {
    const names = collections.map(([name]) => name);
    const shown = [...this.collections.options].slice(1).map(({ value }) => value);
    if (JSON.stringify(names) !== JSON.stringify(shown)) {
      const options = names.map((name) => el("option", { value: name, text: name }));
      this.collections.replaceChildren(this.collections.options[0], ...options);
    }
    const isGone = this.map.collection && !names.includes(this.map.collection);
    if (isGone) this.map.turn(""); // deleted, or named by an old address
    this.collections.value = this.map.collection;
    this.collections.hidden = !names.length;
    attribute(this.stop, "data-closed", this.isStranger() ? "" : null);
  }

  /** Strangers cannot stop what others may be waiting for. */
  isStranger() {
    return Boolean(document.querySelector(".library-root[data-demo]"));
  }

  draw() {
    const { state, way, plot } = this.map;
    attribute(this.lasso, "aria-pressed", String(plot.isLasso));
    plot.node.classList.toggle("lasso", plot.isLasso);
    for (const button of childrenOf(this.ways)) {
      button.setAttribute("aria-pressed", String(button.dataset.way === way));
      button.hidden = button.dataset.way === "cluster" && !state?.clusters.length;
    }
    if (!state) return;
    this.lost = false;
    const { stage, newer, done, left } = state;
    const runs = stage === "running" || stage === "waiting";
    attribute(this.map.node, "data-stage", stage);
    this.meter.hidden = !runs;
    this.meter.style.setProperty("--done", String(done));
    attribute(this.meter, "aria-valuenow", Math.round(100 * done));
    this.stop.hidden = !runs || this.isStranger();
    this.again.hidden =
      runs || stage === "empty" || stage === "none" || (stage === "done" && !newer);
    say(find(this.again, "span"), t(state.points ? "map.again" : "map.begin"));
    say(this.time, runs && left !== null ? t("map.left", { time: duration(left) }) : "");
    say(this.sentence, this.text());
  }

  text() {
    const { state } = this.map;
    if (!state) return "";
    const { stage, newer, total, points, message } = state;
    if (stage === "empty") return t(total ? "map.waiting" : "map.empty");
    if (stage === "waiting") return t("map.queued");
    if (stage === "running") return t("map.laying", { n: count(total) });
    if (stage === "failed" || stage === "stopped") return message ? worded(message) : "";
    const n = count(points);
    const shown =
      points < total ? t("map.some", { n, total: count(total) }) : t("found.items", { n });
    return newer ? `${shown} · ${t("map.newer", { n: count(newer) })}` : shown;
  }

  /** @param {unknown} error */
  fail(error) {
    this.lost = true;
    attribute(this.map.node, "data-stage", "failed");
    this.meter.hidden = true;
    this.stop.hidden = true;
    this.again.hidden = false;
    say(find(this.again, "span"), t("map.retry"));
    say(this.time, "");
    say(this.sentence, error instanceof Error ? error.message : String(error));
  }

  drawChosen() {
    const { selection, only } = this.map;
    this.chosen.hidden = !selection.ids.size && !only;
    attribute(this.only, "aria-pressed", String(Boolean(only)));
    say(find(this.only, "span"), t(only ? "map.all" : "map.only"));
    const like = /** @type {HTMLButtonElement} */ (find(this.chosen, "[data-action=like]"));
    like.disabled = !selection.ids.size;
    this.items.disabled = !selection.ids.size || selection.ids.size > MOST_THESE;
    const many = selection.ids.size > MOST_THESE;
    attribute(this.items, "title", many ? t("map.items.many", { n: count(MOST_THESE) }) : null);
  }
}
