// That other models than the present ones answered the search that is looked into.

import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { worded } from "../i18n/strings.js";

/** @import { Message } from "../kit/types" */

/** @param {{ remark: Message | null }} found @returns {HTMLElement[]} */
export const remarkOf = ({ remark }) =>
  remark
    ? [
        el(
          "p",
          { class: "fine panel-remark", role: "note", "data-content": "" },
          icon("info", 16),
          el("span", { text: worded(remark) }),
        ),
      ]
    : [];
