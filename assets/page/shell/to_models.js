// The way to the choice of models, first in Settings, from wherever somebody is.

import { showTab } from "../kit/dom.js";

/** The id of what is gone to. */
export const MODELS = "settings-models";

const PATIENCE = 3000; // milliseconds for gradio to draw a screen that was never open

/** Show Settings, and go to the models. */
export function toModels() {
  showTab(3);
  const until = Date.now() + PATIENCE;
  const go = () => {
    const title = document.querySelector(`#${MODELS} h2`);
    if (title instanceof HTMLElement && title.offsetParent) {
      title.focus({ preventScroll: true });
      title.scrollIntoView({ block: "center" });
    } else if (Date.now() < until) requestAnimationFrame(go);
  };
  go();
}
