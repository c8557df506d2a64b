// What answers a side: the vectors of which model, in which view, which reranker, and how large a
// picture is to it. What it costs is said as soon as it is chosen.

import { el } from "../kit/dom.js";
import { bytes, count, duration } from "../kit/format.js";
import { labelled } from "../kit/labelled.js";
import { t } from "../i18n/strings.js";

/** @import { Answered, RerankerRow, Spaces, SpaceRow } from "./types" */

/** One in so many tokens of a picture. */
const PIXELS = [1, 2, 4];

export class Answering {
  /** @param {() => unknown} changed */
  constructor(changed) {
    /** @type {Spaces} */
    this.spaces = { spaces: [], rerankers: [], kept: { dimension: null, format: "float32" } };
    this.space = chooser("compare.space", () => this.follow(changed));
    this.dimension = chooser("compare.dimension", changed);
    this.format = chooser("compare.format", changed);
    this.reranker = chooser("compare.reranker", changed);
    this.pixels = chooser("compare.pixels", changed);
    this.pixels.box.dataset.explain = "tokens";
    fill(
      this.pixels,
      PIXELS.map((n) => [String(n), t(`compare.pixels.${n}`)]),
    );
    this.fields = [this.space, this.dimension, this.format, this.reranker, this.pixels];
    this.node = el("div", { class: "compare-answering" }, ...this.fields.map(({ node }) => node));
    this.offer(this.spaces);
  }

  /** As the server takes it.
   *  @returns {Answered} */
  get value() {
    const own = this.chosen?.own ?? true;
    return {
      space: own ? "" : this.space.box.value,
      dimension: Number(this.dimension.box.value) || null,
      format: this.format.box.value || null,
      reranker: this.judging?.own ? "" : this.reranker.box.value,
      pixels: Number(this.pixels.box.value) || 1,
    };
  }

  /** What answers; nothing before the library has a vector.
   *  @returns {SpaceRow | undefined} */
  get chosen() {
    const { spaces } = this.spaces;
    const named = spaces.find((one) => one.fingerprint === this.space.box.value);
    return named ?? spaces.find((one) => one.own) ?? spaces[0];
  }

  /** What judges; nothing where there is no reranker.
   *  @returns {RerankerRow | undefined} */
  get judging() {
    return this.spaces.rerankers.find((one) => one.key === this.reranker.box.value);
  }

  /** Vectors of which models there are, and which rerankers; with one alone there is nothing to
   *  choose.
   *  @param {Spaces} found */
  offer(found) {
    this.spaces = found;
    fill(
      this.space,
      found.spaces.map((one) => [one.fingerprint, nameOf(one)]),
      this.space.box.value || this.chosen?.fingerprint,
    );
    this.space.node.hidden = found.spaces.length < 2;
    fill(
      this.reranker,
      found.rerankers.map((one) => [one.key, one.name]),
      this.reranker.box.value,
    );
    this.reranker.node.hidden = found.rerankers.length < 2;
    this.follow();
  }

  /** Another model: its vectors have dimensions of their own.
   *  @param {() => unknown} [changed] */
  follow(changed) {
    const { kept } = this.spaces;
    const views = this.chosen?.views ?? [];
    const dimension = kept.dimension ?? this.chosen?.dimension ?? 0;
    for (const { node } of [this.dimension, this.format]) node.hidden = !views.length;
    fill(
      this.dimension,
      [
        ["", t("compare.kept", { value: count(dimension) })],
        ...distinct(views.map((one) => String(one.dimension))),
      ],
      this.dimension.box.value,
    );
    fill(
      this.format,
      [
        ["", t("compare.kept", { value: kept.format })],
        ...distinct(views.map((one) => one.format)),
      ],
      this.format.box.value,
    );
    changed?.();
  }

  /** What is chosen costs, one sentence each.
   *  @returns {string[]} */
  get costs() {
    const { space, dimension, format, reranker, pixels } = this.value;
    const { chosen } = this;
    const said = space ? [t("compare.cost.space")] : [];
    if (chosen && (dimension || format)) said.push(this.costOfView(chosen));
    if (chosen && !chosen.views.length) said.push(t("compare.cost.large"));
    if (reranker) said.push(costOf(this.judging));
    if (pixels > 1) said.push(t(`compare.cost.pixels.${pixels}`));
    return said;
  }

  /** @param {SpaceRow} chosen */
  costOfView({ views, items, seconds, dimension }) {
    const { kept } = this.spaces;
    const wanted = {
      dimension: this.value.dimension ?? Math.min(kept.dimension ?? dimension, dimension),
      format: this.value.format ?? kept.format,
    };
    const view = views.find(
      (one) => one.dimension === wanted.dimension && one.format === wanted.format,
    );
    const time = duration(seconds);
    if (!view) return t("compare.cost.read", { n: count(items), time });
    const size = bytes(view.bytes * items);
    return t("compare.cost.view", { n: count(items), time, each: bytes(view.bytes), size });
  }
}

/** @param {RerankerRow | undefined} reranker */
const costOf = (reranker) =>
  reranker?.memory
    ? t("compare.cost.reranker.memory", { size: bytes(reranker.memory) })
    : t("compare.cost.reranker");

/** @param {SpaceRow} space */
function nameOf({ model, adapter, dimension, items, all }) {
  const name = adapter ? t("compare.adapted", { model, adapter }) : model;
  return t("compare.vectors", { model: name, dimension, items, all });
}

/** @param {string} label @param {() => unknown} changed */
function chooser(label, changed) {
  const box = el("select", { data: { explain: "vectors" } });
  box.addEventListener("change", changed);
  return { node: labelled(label, box), box };
}

/** Options anew; what was chosen stays where it is still there.
 *  @param {{ box: HTMLSelectElement }} field @param {[value: string, text: string][]} options
 *  @param {string} [chosen] */
function fill({ box }, options, chosen = options[0]?.[0]) {
  box.replaceChildren(...options.map(([value, text]) => el("option", { value, text })));
  box.value = options.some(([value]) => value === chosen) ? chosen : (options[0]?.[0] ?? "");
}

/** @param {string[]} names @returns {[string, string][]} */
const distinct = (names) => [...new Set(names)].map((name) => [name, name]);
