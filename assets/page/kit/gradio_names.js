// What screen readers are told of gradio's box, which gradio says in English only.

import { attribute } from "./dom.js";
import { t } from "../i18n/strings.js";

const NAMES = {
  ".full-container": "query.box",
  textarea: "query.box",
  ".upload-button": "query.add",
  ".submit-button": "keys.search",
  ".stop-button": "query.stop",
};

/** Name the parts of the box in the language of the page, also where gradio draws them anew.
 *  @param {Element} root */
export function nameQueryBox(root) {
  const name = () => {
    for (const [part, words] of Object.entries(NAMES)) {
      for (const node of document.querySelectorAll(`#query ${part}`))
        attribute(node, "aria-label", t(words));
    }
  };
  const watcher = new MutationObserver(() => (root.isConnected ? name() : watcher.disconnect()));
  watcher.observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ["aria-label"],
  });
  name();
}
