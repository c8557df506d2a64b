// A clip at its second, and its moments as a strip that seeks. The position is part of the address
// (#t=24), which is right from the first frame on; gradio's own player loses it.

import { framed } from "./picture.js";
import { attribute, el } from "../kit/dom.js";
import { clock, placeText, thumbOf } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { withRead } from "./read.js";
import { t } from "../i18n/strings.js";

/** @import { Detail } from "./detail.js" */
/** @import { Sibling, Shown, View } from "./types" */

/** A clip; an animated picture is one too, and browsers play it as a picture.
 *  @param {Shown} item @param {Detail} detail @returns {View} */
export function clipView(item, detail) {
  const animated = item.file?.type.startsWith("image/");
  const view = animated ? animatedView(item, detail) : videoView(item);
  return withRead(view, item, null); // it was read from one frame of many
}

/** @param {Shown} item @param {Detail} detail @returns {View} */
function animatedView(item, detail) {
  return framed(`/m/full/${item.id}`, item, detail, { fallback: thumbOf(item) });
}

/** @param {Shown} item @returns {View} */
function videoView(item) {
  const begin = item.place.start ?? 0;
  const video = el("video", {
    controls: true,
    preload: "metadata",
    playsinline: true,
    src: `/m/full/${item.id}#t=${begin}`,
    poster: thumbOf(item),
    "aria-label": item.title,
  });
  video.muted = true;
  const failed = el(
    "p",
    { class: "view-gone", hidden: true },
    icon("alert", 20),
    el("span", { text: t("clip.gone") }),
  );
  video.addEventListener("error", () => (failed.hidden = false));
  const moments = item.siblings.filter((other) => other.kind === "moment");
  const strip = moments.length ? momentStrip(moments, video, item.id) : null;
  const node = el("div", { class: "view" }, video, failed, strip?.node);
  const release = () => {
    video.pause();
    video.removeAttribute("src");
    video.load();
  };
  return { node, shown: strip?.shown, release };
}

/** @param {Sibling[]} moments @param {HTMLVideoElement} video @param {number} opened */
function momentStrip(moments, video, opened) {
  const buttons = moments.map((moment) => {
    const label = placeText("moment", moment.place);
    const seek = () => {
      video.currentTime = moment.place.start ?? 0;
      video.play().catch(() => {}); // refused by the browser: the frame is shown all the same
    };
    return el(
      "button",
      {
        type: "button",
        class: "moment",
        title: label,
        "aria-label": t("clip.seek", { place: label }),
        onclick: seek,
      },
      el("img", { src: thumbOf(moment), alt: "", loading: "lazy", width: 96, height: 54 }),
      el("span", { "data-explain": "place", text: clock(moment.place.start ?? 0) }),
    );
  });
  const list = el(
    "div",
    { class: "moments", role: "group", "aria-label": t("clip.moments") },
    ...buttons,
  );
  const mark = () => {
    const now = video.currentTime;
    let current = 0;
    moments.forEach((moment, n) => {
      if ((moment.place.start ?? 0) <= now + 0.05) current = n;
    });
    buttons.forEach((button, n) =>
      attribute(button, "aria-current", n === current ? "true" : null),
    );
  };
  video.addEventListener("timeupdate", mark);
  video.addEventListener("seeking", mark);
  const shown = () => {
    const n = moments.findIndex((moment) => moment.id === opened);
    if (n < 0) return;
    attribute(buttons[n], "aria-current", "true");
    list.scrollLeft = buttons[n].offsetLeft - list.offsetLeft - 40;
  };
  return { node: list, shown };
}
