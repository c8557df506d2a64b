// One prompt of a model: its pictures and frames at the size at which the model sees them, how many
// tokens it has, its text, and what was cut.

import { el } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { t, worded } from "../i18n/strings.js";

/** @import { SeenClip, SeenPicture, SeenPrompt, Shown } from "./types" */

/** @param {SeenPrompt} prompt @param {Shown} item */
export function promptBlock(prompt, item) {
  const head = el("h4", { text: t(`seen.of.${prompt.of}`) });
  if (prompt.refused) {
    const why = el("span", { text: worded(prompt.refused) });
    return el("div", { class: "seen-prompt" }, head, el("p", { class: "fine" }, why));
  }
  return el(
    "div",
    { class: "seen-prompt", data: { of: prompt.of } },
    head,
    ...prompt.pictures.map((one, n) => pictureFigure(one, original(item, prompt, n))),
    ...prompt.clips.map((one) => clipFigure(one)),
    tokensText(prompt),
    cutText(prompt),
    facts(prompt),
    textFold("seen.prompt", prompt.text, prompt.tokens),
  );
}

/** @param {string} key @param {number[]} size @param {string} text */
function image(key, [width, height], text) {
  const src = `/m/seen/${key}`;
  return el("img", { src, alt: text, title: text, width, height, loading: "lazy" });
}

/** Pixels of the item's own picture, which is the last one; it is decoded at a smaller size.
 *  @param {Shown} item @param {SeenPrompt} prompt @param {number} n */
function original(item, prompt, n) {
  const own = prompt.of === "item" || (prompt.of === "both" && n === prompt.pictures.length - 1);
  const stands = own && (item.kind === "picture" || item.kind === "page");
  return stands && item.width && item.height ? [item.width, item.height] : null;
}

/** @param {SeenPicture} picture @param {number[] | null} own */
function pictureFigure(picture, own) {
  const text = t("seen.picture");
  return el(
    "figure",
    { class: "seen-figure" },
    image(picture.picture, picture.shown, text),
    caption(own ?? picture.given, picture.shown, picture.tokens),
  );
}

/** @param {SeenClip} clip */
function clipFigure(clip) {
  const frames = clip.frames.map((key, n) => {
    const at = t("seen.second", { n: clip.seconds[n].toFixed(1) });
    const label = el("span", { "data-explain": "place", text: at });
    return el("li", {}, image(key, clip.shown, t("seen.frame", { n: count(n + 1) })), label);
  });
  const stamps = clip.stamps.map((one) => one.toFixed(1)).join(", ");
  const title = t("seen.frames", { n: clip.frames.length });
  return el(
    "figure",
    { class: "seen-figure" },
    el("ul", { class: "seen-frames", tabindex: "0", "aria-label": title }, ...frames),
    caption(clip.given, clip.shown, clip.tokens),
    el("p", { class: "fine", "data-explain": "tokens", text: t("seen.stamps", { stamps }) }),
  );
}

/** @param {number[]} given @param {number[]} shown @param {number} tokens */
function caption(given, shown, tokens) {
  const [from, to] = [given, shown].map((size) => size.map(count).join(" × "));
  const values = { from, to, tokens: count(tokens), n: tokens };
  const text = t(from === to ? "seen.size.same" : "seen.size", values);
  return el("figcaption", { class: "fine", "data-explain": "tokens", text });
}

/** @param {SeenPrompt} prompt */
function tokensText({ tokens, limit, shared }) {
  const values = { tokens: count(tokens), limit: count(limit), shared: count(shared) };
  const text = [t("seen.tokens", values), shared ? t("seen.shared", values) : ""];
  return el("p", {
    class: "fine seen-tokens",
    "data-explain": "tokens",
    text: text.filter(Boolean).join(" "),
  });
}

/** @param {SeenPrompt} prompt */
function cutText({ cut, cut_tokens: n }) {
  if (!n) return el("p", { class: "fine seen-whole" }, el("span", { text: t("seen.whole") }));
  return el(
    "div",
    { class: "seen-cut" },
    el(
      "p",
      { class: "seen-warning", "data-explain": "tokens" },
      icon("alert", 16),
      el("span", { text: t("seen.cut", { n, count: count(n) }) }),
    ),
    textFold("seen.cut.text", cut, n),
  );
}

/** @param {SeenPrompt} prompt */
function facts({ instruction, fingerprint }) {
  const pairs = [
    ["seen.instruction", instruction],
    ["seen.fingerprint", fingerprint],
  ];
  return el(
    "dl",
    { class: "facts" },
    ...pairs.flatMap(([name, text]) => [
      el("dt", { text: t(name), title: t(`${name}.what`) }),
      el("dd", { dir: "auto", "data-content": "", text }),
    ]),
  );
}

/** @param {string} title @param {string} text @param {number} tokens */
function textFold(title, text, tokens) {
  return el(
    "details",
    { class: "fold" },
    el("summary", {
      "data-explain": "tokens",
      text: t(title, { n: tokens, count: count(tokens) }),
    }),
    el("pre", { class: "seen-text", dir: "auto", tabindex: "0", "data-content": "", text }),
  );
}
