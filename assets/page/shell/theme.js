// Light, dark or as the system says. Gradio sets a class on the body from the system's setting; the
// choice made here is put over it, before and after gradio does so.

import { memory } from "../kit/bus.js";
import "../kit/motion.js";

/** @import { Theme } from "./types" */

const system = matchMedia("(prefers-color-scheme: dark)");

/** @type {Theme[]} */
export const themes = ["system", "light", "dark"];

/** @returns {Theme} */
export const chosenTheme = () => memory.get("theme", "system");

/** @param {Theme} theme */
export function chooseTheme(theme) {
  memory.set("theme", theme);
  apply();
}

function apply() {
  const choice = chosenTheme();
  const dark = choice === "dark" || (choice === "system" && system.matches);
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
  if (document.body && document.body.classList.contains("dark") !== dark) {
    document.body.classList.toggle("dark", dark);
  }
}

apply();
system.addEventListener("change", apply);
new MutationObserver(apply).observe(document.body, {
  attributes: true,
  attributeFilter: ["class"],
});
