// Text that is put where the system pastes from.

import { toast } from "./toast.js";
import { t } from "../i18n/strings.js";

/** Copy, and say so; a browser may refuse on an address without encryption.
 *  @param {string} text @param {string} said the word for what is copied then */
export async function copyText(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t(said), { seconds: 3 });
  } catch {
    toast(t("copy.refused"), { tone: "bad" });
  }
}
