// The keys of judging: grades by their number, u to undo, arrows to go back and on, n for the next
// question.

import { isTyping } from "../kit/dom.js";

/** @import { Grade } from "./types" */
/** @import { Judge } from "./judge.js" */

/** @param {Judge} judge */
export function listenToKeys(judge) {
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    if (!judge.item || !judge.card.node.offsetParent || isTyping(target)) return;
    if (ctrlKey || metaKey || altKey || document.querySelector("dialog[open]")) return;
    if ("0123".includes(key)) judge.grade(/** @type {Grade} */ (Number(key)));
    else if (key === "u") judge.undo();
    else if (key === "ArrowRight") judge.step(1);
    else if (key === "ArrowLeft") judge.step(-1);
    else if (key === "n") judge.questions.goOn();
    else return;
    event.preventDefault();
  });
}
