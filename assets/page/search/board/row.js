// One row of a column: made once per item, filled again only when something about it changed.

import { attribute, el, find, say } from "../../kit/dom.js";
import { draggable } from "../../kit/drag.js";
import { badgeText, fitOf, placeText, thumbOf } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { isolated, t, worded } from "../../i18n/strings.js";

/** @import { Hit, Line, Side } from "../types" */
/** @import { Card } from "../../kit/types" */

/** What every row was filled with last.
 *  @type {WeakMap<HTMLElement, string>} */
const filled = new WeakMap();

/** The row's nodes; everything that changes is filled in by `fillRow`.
 *  @param {Line} hit */
export function makeRow(hit) {
  const image = el("img", {
    alt: "",
    width: 96,
    height: 72,
    loading: "lazy",
    decoding: "async",
    draggable: "false",
    src: thumbOf(hit),
    data: { fit: fitOf(hit) },
  });
  const badge = el("span", { class: "badge" }, icon(hit.kind, 13));
  const short = badgeText(hit.kind, hit.place);
  if (short) badge.append(el("span", { text: short }));
  const row = el(
    "li",
    {
      class: hit.copyOf ? "row row-copy" : "row",
      tabindex: "-1",
      data: { id: hit.id, kind: hit.kind },
    },
    el("span", { class: "row-rank" }),
    el("span", { class: "row-thumb" }, image, badge),
    el(
      "span",
      { class: "row-body" },
      el(
        "span",
        { class: "row-head" },
        el("span", { class: "row-title", dir: "auto", text: hit.title, title: hit.title }),
        el("span", { class: "row-place", dir: "auto", text: placeText(hit.kind, hit.place) }),
        el("span", { class: "row-flags" }),
      ),
      el("span", { class: "row-snippet", dir: "auto" }),
      el("span", { class: "row-score" }, el("i", { class: "bar" }), el("b", {})),
    ),
    el("span", { class: "row-move" }),
  );
  draggable(row, hit);
  return row;
}

/** What of a hit may change while it stands on the board.
 *  @param {Hit} hit */
function changing(hit) {
  const { r0, r1, sim, rel, moved, unscored, percentile, stands, words, by, copies } = hit;
  const scores = [r0, r1, sim, rel, moved, unscored, percentile, stands];
  return [...scores, words, hit.in, by, copies.length];
}

/** Fill a row from its hit; nothing is touched where nothing changed.
 *  @param {HTMLElement} row @param {Line} hit @param {Side} side
 *  @param {{ top: number, unfolded: boolean }} how */
export function fillRow(row, hit, side, { top, unfolded }) {
  const key = JSON.stringify([hit.copyOf === undefined ? changing(hit) : hit.id, top, unfolded]);
  if (filled.get(row) === key) return;
  filled.set(row, key);
  if (hit.copyOf === undefined) fillHit(row, hit, side, unfolded);
  else fillCopy(row, hit);
}

/** @param {HTMLElement} row @param {Hit} hit @param {Side} side @param {boolean} unfolded */
function fillHit(row, hit, side, unfolded) {
  const recall = side === "recall";
  const score = recall ? hit.sim : hit.rel;
  const rank = String((recall ? hit.r0 : hit.r1) ?? "–");
  say(find(row, ".row-rank"), rank);
  find(row, ".row-rank").toggleAttribute("data-long", rank.length > 2);
  say(find(row, ".row-snippet"), subtitle(hit, side));
  const number = find(row, ".row-score b");
  say(number, score == null ? (recall || hit.unscored ? "–" : "…") : score.toFixed(3));
  attribute(number, "title", tooltip(hit, recall));
  find(row, ".bar").style.setProperty("--v", String(Math.max(0, Math.min(1, score ?? 0))));
  row.dataset.waiting = String(!recall && score == null && !hit.unscored);
  row.dataset.moved = hit.moved ?? "";
  row.dataset.faint = String(recall && hit.stands === false);
  fillMove(find(row, ".row-move"), hit, recall);
  find(row, ".row-flags").replaceChildren(...flags(hit, unfolded));
  attribute(row, "aria-label", spoken(hit, side));
}

/** A near copy that was unfolded below its hit.
 *  @param {HTMLElement} row @param {Card} copy */
function fillCopy(row, copy) {
  say(find(row, ".row-rank"), "≈");
  say(find(row, ".row-snippet"), copy.folder);
  find(row, ".row-score").hidden = true;
  attribute(row, "aria-label", [isolated(copy.title), t("copies.of")].join(", "));
}

/** @param {Hit} hit @param {boolean} recall */
function tooltip(hit, recall) {
  if (!recall) return hit.logit == null ? null : t("logit", { logit: hit.logit.toFixed(3) });
  if (hit.sim == null) return t("words.found");
  return (
    [percentileText(hit), hit.stands === false ? t("stands.not") : null]
      .filter(Boolean)
      .join(" ") || null
  );
}

/** How far the hit stands out of the whole library, as a sentence; null where it is not known.
 *  @param {Hit} hit */
export function percentileText(hit) {
  if (hit.percentile == null) return null;
  const n = Math.floor(hit.percentile * 10) / 10; // never up to 100
  return t("percentile", { n: n.toFixed(1) });
}

/** At which rank each of several queries has found the hit, as a sentence.
 *  @param {Hit} hit */
export function foundBy(hit) {
  return hit.by
    .map((rank, n) => t(rank == null ? "by.none" : "by.rank", { query: n + 1, rank }))
    .join("; ");
}

/** The badges beside the title: found by its words, and the near copies behind it.
 *  @param {Hit} hit @param {boolean} unfolded */
function flags(hit, unfolded) {
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
  return found;
}

/** @param {Hit} hit @param {Side} side */
function subtitle(hit, side) {
  if (side === "rerank" && hit.unscored) return t("unscored", { reason: worded(hit.unscored) });
  return hit.snippet || hit.folder;
}

/** @param {HTMLElement} node @param {Hit} hit @param {boolean} recall */
function fillMove(node, hit, recall) {
  const [sign, tone] = movement(hit);
  if (recall) {
    const gone = hit.moved === "dropped";
    node.className = `row-move ${gone ? "down chip" : ""}`;
    say(node, gone ? t("dropped", { rank: hit.r1 }) : "");
    return;
  }
  const rescued = hit.moved === "rescued";
  node.className = `row-move ${tone} ${rescued ? "chip" : ""}`;
  say(node, rescued ? `${sign} ${t("rescued")}` : sign);
}

/** Sign and tone of a movement: never colour alone.
 *  @param {Hit} hit @returns {[sign: string, tone: string]} */
export function movement(hit) {
  if (hit.r1 == null) return [hit.unscored ? "–" : "", "none"];
  const by = hit.r0 - hit.r1;
  if (by > 0) return [`▲${by}`, "up"];
  if (by < 0) return [`▼${-by}`, "down"];
  return ["＝", "same"];
}

/** @param {Hit} hit @param {Side} side */
function spoken(hit, side) {
  const parts = [hit.title, t(`kind.${hit.kind}`), placeText(hit.kind, hit.place)];
  if (side === "recall") {
    parts.push(t("spoken.recall", { rank: hit.r0, score: hit.sim?.toFixed(3) ?? "–" }));
  } else if (hit.r1 == null) {
    parts.push(
      hit.unscored ? t("unscored", { reason: worded(hit.unscored) }) : t("spoken.waiting"),
    );
  } else {
    const by = hit.r0 - hit.r1;
    const moved = by > 0 ? "up" : by < 0 ? "down" : "same";
    parts.push(t("spoken.rerank", { rank: hit.r1, score: hit.rel?.toFixed(3) }));
    parts.push(t(`spoken.${moved}`, { n: Math.abs(by) }));
  }
  if (hit.words != null)
    parts.push(t("words.hint", { rank: hit.words }), hit.in ? t(`words.in.${hit.in}`) : "");
  if (hit.by.length) parts.push(foundBy(hit));
  if (hit.copies.length) parts.push(t("copies.hint", { n: hit.copies.length }));
  return parts.filter(Boolean).map(isolated).join(", ");
}
