// library/map/: all items of a collection in two dimensions.
//
// The map of the Library: asks the program for it, shows it while it is laid out and when it is.

import { emit, on } from "../../kit/bus.js";
import { el } from "../../kit/dom.js";
import { getBytes, getJson, post } from "../../kit/net.js";
import { keep, place } from "../../search/address.js";
import { isEditable, latest } from "../../shell/status.js";
import { t } from "../../i18n/strings.js";
import { BulkBar } from "../bulk.js";
import { forgetTogether } from "../leaving.js";
import { Selection } from "../selection.js";
import { WAYS } from "./colours.js";
import { middles } from "./overlay.js";
import { drawAll, drawHits, paint } from "./painting.js";
import { amid, searchLike } from "./picked.js";
import { Plot } from "./plot.js";
import { around, nothing, unpack } from "./points.js";
import { Tools } from "./tools.js";

/** @import { Hit } from "../../search/types" */
/** @import { Status } from "../../shell/types" */
/** @import { MapState } from "./types" */

const EVERY = 700; // milliseconds between two looks while it is laid out

export class MapView {
  /** @param {(ids: number[]) => unknown} list shows items among the others of the Library */
  constructor(list) {
    this.showInItems = list;
    this.points = nothing();
    /** Numbers of points by the ids of their items.
     *  @type {Map<number, number>} */
    this.at = new Map();
    /** @type {MapState | null} */
    this.state = null;
    this.collection = place("map_of");
    this.wanted = WAYS.find((way) => way === place("map_by")) ?? WAYS[0];
    this.way = this.wanted; // another one while there are no clusters
    this.version = "";
    this.request = 0;
    this.timer = 0;
    /** Groups that are switched off. @type {Set<number>} */
    this.hidden = new Set();
    /** The only ones that are shown; null for all. @type {Set<number> | null} */
    this.only = null;
    /** @type {Hit[]} */
    this.hits = [];
    this.top = 0; // hits that the last search was to show
    this.opened = -1;
    this.selection = new Selection(() => this.drawChosen());
    this.narrowing = { asked: { grouped: false } };
    this.plot = new Plot({
      open: (id) => emit("open", { id }),
      choose: (points) => this.choose(points),
    });
    this.tools = new Tools(this);
    this.bar = new BulkBar(this, "map-tags");
    this.groups = el("div", { class: "map-groups", role: "group", "aria-label": t("map.legend") });
    this.list = el("ol", { class: "map-clusters", "aria-label": t("map.clusters") });
    this.listTitle = el("h2", { text: t("map.clusters") });
    this.side = el("div", { class: "map-side" }, this.listTitle, this.list);
    this.node = el(
      "section",
      { class: "map" },
      this.tools.node,
      this.tools.told,
      this.groups,
      el("div", { class: "map-body" }, this.plot.node, this.side),
    );
    on("scored", this.node, ({ hits, value }) => {
      this.hits = hits;
      this.top = value?.top ?? 0;
      this.plot.put({ text: value?.asked.text ?? "" });
      drawHits(this);
    });
    on("opened", this.node, (opened) => {
      this.opened = opened?.id ?? -1;
      this.plot.put({ opened: this.at.get(this.opened) ?? -1 });
    });
    on("theme", this.node, () => paint(this));
    on("status", this.node, (status) => !status.lost && this.know(status));
    on("forgotten", this.node, ({ ids }) => this.selection.drop(ids));
    this.drawChosen();
  }

  /** @param {Status} status */
  know(status) {
    this.tools.know(status);
    this.bar.know(status);
  }

  /** Look how far the map is; one that nobody has asked for yet is begun. */
  async reload() {
    if (latest && !latest.lost) this.know(latest);
    emit("unheard"); // what is on the board answers with its hits
    await this.look();
  }

  look() {
    return this.ask(() => getJson("/api/map", { collection: this.collection }), true);
  }

  /** @param {string} collection */
  turn(collection) {
    this.collection = collection;
    keep({ map_of: collection || null });
    this.state = null;
    this.version = "";
    this.only = null;
    this.selection.clear();
    this.plot.camera.whole();
    this.reload();
  }

  begin() {
    return this.ask(() => post("/api/map/begin", { collection: this.collection }));
  }

  stop() {
    return this.ask(() => post("/api/map/stop", { collection: this.collection }));
  }

  /** @param {() => Promise<MapState>} asked @param {boolean} mayBegin */
  async ask(asked, mayBegin = false) {
    const number = (this.request += 1);
    const begun = performance.now();
    clearTimeout(this.timer);
    try {
      const state = await asked();
      if (number !== this.request) return;
      this.state = state;
      this.tools.draw();
      if (state.version !== this.version) await this.fetch(state);
      if (number !== this.request) return;
      if (state.stage === "none" && mayBegin) await this.begin();
      else if (state.stage === "running" || state.stage === "waiting")
        this.soon(performance.now() - begun);
    } catch (error) {
      if (number !== this.request) return;
      this.tools.fail(error);
    }
  }

  /** Look again; the rarer, the longer a look takes. @param {number} taken milliseconds */
  soon(taken) {
    const wait = Math.max(EVERY, 3 * taken);
    this.timer = setTimeout(() => this.node.offsetParent && this.look(), wait);
  }

  /** @param {MapState} state */
  async fetch(state) {
    const points = unpack(await getBytes("/m/map", { collection: this.collection }));
    this.version = state.version;
    this.points = points;
    this.at = new Map();
    for (let i = 0; i < points.count; i += 1) this.at.set(points.ids[i], i);
    const opened = this.at.get(this.opened) ?? -1;
    this.plot.put({ points, opened, middles: middles(points, state) });
    this.way = this.wanted === "cluster" && !state.clusters.length ? WAYS[0] : this.wanted;
    this.draw();
  }

  /** @param {string} way */
  colourBy(way) {
    this.way = this.wanted = way;
    keep({ map_by: way === WAYS[0] ? null : way });
    this.hidden.clear();
    this.draw();
  }

  draw() {
    drawAll(this);
  }

  /** Switch a group on or off. @param {number} number */
  turnGroup(number) {
    if (!this.hidden.delete(number)) this.hidden.add(number);
    this.draw();
  }

  /** The points of a cluster. @param {number} cluster */
  members(cluster) {
    return [...this.points.ids.keys()].filter((i) => this.points.clusters[i] === cluster);
  }

  /** @param {number} cluster */
  showCluster(cluster) {
    this.plot.camera.show(around(this.points, this.members(cluster)));
    this.plot.later();
  }

  /** @param {number[]} points */
  choose(points) {
    const ids = points.map((i) => this.points.ids[i]);
    this.selection.replace(ids, ids.length);
    if (!ids.length) this.selection.clear();
  }

  drawChosen() {
    this.bar.draw();
    const { node } = this.bar; // on the page only with something to say: *Items* have one, too
    node.hidden ||= this.tools.isStranger(); // there is nothing in it for them
    if (node.hidden) node.remove();
    else if (!node.isConnected) this.node.append(node);
    this.tools.drawChosen();
    paint(this);
  }

  /** Show nothing but what is chosen, or all again. */
  narrow() {
    this.only = this.only ? null : new Set(this.selection.ids);
    this.tools.drawChosen();
    paint(this);
  }

  searchLike() {
    const chosen = [...this.selection.ids].flatMap((id) => this.at.get(id) ?? []);
    return searchLike(amid(this.points, chosen));
  }

  /** As the bar asks for it: all that are shown. */
  chooseAll() {
    this.choose([...this.points.ids.keys()].filter(this.plot.isShown));
  }

  removeChosen() {
    return isEditable() ? forgetTogether(this, [...this.selection.ids]) : undefined;
  }

  /** What has left the library is gone with the next look; nothing is to be hidden before. */
  hide() {
    this.reload();
  }
}
