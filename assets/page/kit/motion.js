// Whether things move on the page: as the system says, or less, as it was chosen in this browser.

import { memory } from "./bus.js";

/** @returns {"system" | "less"} */
export const chosenMotion = () => (memory.get("motion", "system") === "less" ? "less" : "system");

/** @param {"system" | "less"} motion */
export function chooseMotion(motion) {
  memory.set("motion", motion);
  apply();
}

const apply = () => (document.documentElement.dataset.motion = chosenMotion());

apply();
