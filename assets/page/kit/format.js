// Numbers, times, sizes and places, in the reader's language.

import { language, t } from "../i18n/strings.js";

/** @import { Card, Kind, Place } from "./types" */

const whole = new Intl.NumberFormat(language);

/** @param {number} n */
export const count = (n) => whole.format(n);

/** Milliseconds as a person reads them: 41 ms, 1.3 s.
 *  @param {number} value */
export function ms(value) {
  return Math.round(value) < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

/** Seconds in a clip: 0:24, 1:02:03.
 *  @param {number} seconds */
export function clock(seconds) {
  const s = Math.floor(seconds);
  const minutes = Math.floor(s / 60) % 60;
  const rest = String(s % 60).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** How long something will take: 25 s, 3 min, 2 h 10 min.
 *  @param {number} seconds */
export function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (Math.round(seconds) < 60) return t("time.seconds", { n: Math.max(1, Math.round(seconds)) });
  if (minutes < 60) return t("time.minutes", { n: minutes });
  return t("time.hours", { h: Math.floor(minutes / 60), n: minutes % 60 });
}

/** @param {number} n */
export function bytes(n) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let power = 0;
  while (Math.round(n) >= 1000 && power < units.length - 1) {
    n /= 1000;
    power += 1;
  }
  return `${power && n < 9.95 ? n.toFixed(1) : Math.round(n)} ${units[power]}`;
}

/** @param {string} iso */
export function date(iso) {
  const when = new Date(iso);
  if (Number.isNaN(when.getTime())) return "";
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(
    when,
  );
}

/** Where in its file an item stands; empty for a picture.
 *  @param {Kind} kind @param {Place} place */
export function placeText(kind, place) {
  if (kind === "page") return t("place.page", { page: place.page });
  if (kind === "passage") return [place.section, linesText(place)].filter(Boolean).join(" · ");
  if (kind === "moment") return `${clock(place.start ?? 0)}–${clock(place.end ?? 0)}`;
  if (kind === "video" && place.end) return clock(place.end);
  return "";
}

/** @param {Place} place */
function linesText({ first, last }) {
  return first ? t(first === last ? "place.line" : "place.lines", { first, last }) : "";
}

/** The few characters on a thumbnail: p. 3, 0:24.
 *  @param {Kind} kind @param {Place} place */
export function badgeText(kind, place) {
  if (kind === "page") return t("badge.page", { page: place.page });
  if (kind === "moment") return clock(place.start ?? 0);
  if (kind === "video" && place.end) return clock(place.end);
  return "";
}

/** How a thumbnail fits a frame of 4 to 3: filling it, or whole where that would cut too much.
 *  @param {Card} item */
export function fitOf(item) {
  if (item.kind === "page" || item.kind === "passage") return "top";
  const ratio = item.width && item.height ? item.width / item.height / (4 / 3) : 1;
  return ratio < 0.8 || ratio > 1.36 ? "whole" : "fill";
}

/** The end of a path, which says most.
 *  @param {string} path */
export function pathTail(path) {
  const parts = path.split(/[\\/]/).filter(Boolean);
  return parts.length > 2 ? `…/${parts.slice(-2).join("/")}` : path;
}

/** @param {{ thumb: string }} item */
export const thumbOf = (item) => `/m/thumb/${item.thumb}`;
