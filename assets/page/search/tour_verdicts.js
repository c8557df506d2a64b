// What each stage made of a stop of the tour. What is right is known of the samples, as they were
// drawn; whether a stage is right is read from the hits of the search that was just made.

import { t } from "../i18n/strings.js";

/** Whether a question is that of a stop; its file stands behind a random part of its key. */
export function answers({ text, file }, asked) {
  const [key = "", ...more] = asked.files;
  return asked.text === text && !more.length && (file ? key.endsWith(`/${file}`) : key === "");
}

/** What a stage made of a stop: its tone and a sentence. */
export function verdict(stage, stop, hits) {
  const right = new Set(stop.right.map(({ id }) => id));
  if (!right.size) return ["info", t("tour.absent")];
  const rank = (hit) => (stage === "recall" ? hit.r0 : hit.r1);
  const ranked = hits.filter((hit) => rank(hit) != null).sort((a, b) => rank(a) - rank(b));
  if (!ranked.length) return ["info", t(`tour.${stage}.silent`)];
  const best = ranked.findIndex((hit) => [hit, ...hit.copies].some(({ id }) => right.has(id)));
  const values = { title: ranked[0].title, rank: best + 1, total: ranked.length };
  const form = best === 0 ? "right" : best > 0 ? "wrong" : "missed";
  return [best === 0 ? "right" : "wrong", t(`tour.${stage}.${form}`, values)];
}
