// What happens when another embedder is taken: said before it does.

import { count, duration } from "../kit/format.js";
import { t } from "../i18n/strings.js";
import { confirmed } from "../kit/confirm.js";

/** @import { Stage } from "../shell/types" */
/** @import { Known, KnownModel } from "./types" */

/** Whether the person wants it, who has read how much is embedded again, and for how long.
 *  @param {Stage} stage @param {Known} known @param {KnownModel | null} model
 *  @returns {Promise<boolean>} */
export async function wantsIt(stage, known, model) {
  const n = known.items - (model?.embedded ?? 0);
  if (n <= 0) return true;
  const values = { n, count: count(n), now: stage.name };
  const text = model?.seconds
    ? t("models.replace.time", { ...values, time: duration(model.seconds * n) })
    : t("models.replace", values);
  return confirmed(text, t("models.use"));
}
