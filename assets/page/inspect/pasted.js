// Questions that are pasted into a box, one a line.

import { toast } from "../kit/toast.js";
import { t } from "../i18n/strings.js";

/** So many are asked together, as the program takes them. */
export const MOST = 100;

/** The lines, each once and as many as are taken; says how many were left out.
 *  @param {string} text */
export function pasted(text) {
  const lines = [...new Set(text.split("\n").map((line) => line.trim()))].filter(Boolean);
  if (lines.length > MOST) toast(t("several.most", { most: MOST, count: lines.length - MOST }));
  return lines.slice(0, MOST);
}
