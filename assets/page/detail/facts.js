// Why an item was found, and where it comes from.

import { emit } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { foundBy } from "../search/board/flags.js";
import { movement, percentileText } from "../search/board/row.js";
import { bytes, date, ms } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { t, worded } from "../i18n/strings.js";
import { toast } from "../kit/toast.js";

/** @import { Answer, Hit } from "../search/types" */
/** @import { Item } from "./types" */

/** Both ranks, both numbers, and what the second stage did, as a sentence.
 *  @param {Hit} hit @param {Answer | null} value */
export function scoresBlock(hit, value) {
  const judged = hit.r1 != null;
  const rows = [
    score(t("column.recall"), `#${hit.r0}`, t("similarity"), hit.sim),
    judged ? score(t("column.rerank"), `#${hit.r1}`, t("relevance"), hit.rel) : null,
  ];
  const [sign, tone] = movement(hit);
  const sentence = judged
    ? el(
        "p",
        { class: `verdict ${tone}` },
        el("b", { text: sign }),
        el("span", { text: verdict(hit, value) }),
      )
    : null;
  const unscored = hit.unscored
    ? el("p", { class: "verdict", text: t("unscored", { reason: worded(hit.unscored) }) })
    : null;
  const times = value?.ms
    ? el("p", {
        class: "fine",
        text:
          t(judged ? "timings" : "timings.recall", {
            embed: ms(value.ms.embed),
            recall: ms(value.ms.recall),
            rerank: ms(value.ms.rerank),
          }) + (hit.logit == null ? "" : ` · ${t("logit", { logit: hit.logit.toFixed(3) })}`),
      })
    : null;
  const apart = percentileText(hit);
  const faint = hit.stands === false ? el("p", { class: "fine", text: t("stands.not") }) : null;
  const words =
    hit.words == null
      ? null
      : el("p", { class: "verdict" }, el("span", { text: t("words.hint", { rank: hit.words }) }));
  return el(
    "section",
    { class: "block scores" },
    el("h3", { text: t("scores") }),
    ...rows,
    apart ? el("p", { class: "fine", text: apart }) : null,
    faint,
    words,
    hit.by?.length ? el("p", { class: "verdict" }, el("span", { text: foundBy(hit) })) : null,
    sentence,
    unscored,
    times,
  );
}

/** @param {string} stage @param {string} rank @param {string} name @param {number | null} number */
function score(stage, rank, name, number) {
  const bar = el("i", { class: "bar" });
  bar.style.setProperty("--v", String(Math.max(0, Math.min(1, number ?? 0))));
  return el(
    "div",
    { class: "score-row" },
    el("span", { class: "score-stage", text: stage }),
    el("b", { class: "score-rank", text: rank }),
    bar,
    el("span", {
      class: "score-number",
      text: number == null ? "–" : number.toFixed(3),
      title: name,
    }),
  );
}

/** @param {Hit} hit @param {Answer | null} value */
function verdict(hit, value) {
  const values = { from: hit.r0, to: hit.r1, top: value?.top ?? 0 };
  return t(`verdict.${hit.moved ?? "kept"}`, values);
}

/** Path, size and date of the file, copies, pixels.
 *  @param {Item} item */
export function factsBlock(item) {
  const facts = [];
  if (item.file) {
    facts.push(
      [t("fact.size"), bytes(item.file.size)],
      [t("fact.changed"), date(item.file.changed)],
    );
  }
  if (item.taken) facts.push([t("fact.taken"), date(item.taken)]);
  if (item.width && item.height && item.kind !== "passage") {
    facts.push([t("fact.pixels"), `${item.width} × ${item.height}`]);
  }
  if (item.copies.length) facts.push([t("fact.copies"), item.copies.join("\n")]);
  const list = el("dl", { class: "facts" });
  for (const [name, text] of facts) list.append(el("dt", { text: name }), el("dd", { text }));
  const gone = item.file
    ? null
    : el("p", { class: "verdict down" }, icon("alert", 16), el("span", { text: t("fact.gone") }));
  return el(
    "section",
    { class: "block" },
    el("h3", { text: t("fact.file") }),
    pathRow(item.path),
    gone,
    list,
    onlyHere(item.path),
  );
}

/** Search in the folder of the file; not where the page is not told its folder.
 *  @param {string} path */
function onlyHere(path) {
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")));
  if (!folder) return null;
  const find = () => emit("ask", { change: () => ({ folder }) });
  return el("button", {
    type: "button",
    class: "link",
    text: t("folder.only"),
    title: folder,
    onclick: find,
  });
}

/** @param {string} path */
function pathRow(path) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(path);
      toast(t("copied"), { seconds: 3 });
    } catch {
      toast(t("copy.refused"), { tone: "bad" });
    }
  };
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  return el(
    "div",
    { class: "path" },
    el(
      "code",
      { title: path },
      el("bdi", { text: path.slice(0, cut) }),
      el("b", { dir: "auto", text: path.slice(cut) }),
    ),
    el(
      "button",
      {
        type: "button",
        class: "bare",
        "aria-label": t("copy.path"),
        title: t("copy.path"),
        onclick: copy,
      },
      icon("copy", 16),
    ),
  );
}
