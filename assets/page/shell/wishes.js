// What can be asked of `Asking.ask` about an item: more like it, less like it, only like it.

/** @import { Choices, Wish } from "../search/types" */

/** @import { Card } from "../kit/types" */

/** The wish for more items like this one, beside what is asked already.
 *  @param {Card} card @returns {Wish} */
export function liking(card) {
  return { cards: [card], change: (now) => moved(now, card.id, "like", "not_like") };
}

/** The wish for fewer items like this one.
 *  @param {Card} card @returns {Wish} */
export function disliking(card) {
  return { cards: [card], change: (now) => moved(now, card.id, "not_like", "like") };
}

/** The wish for items like this one alone.
 *  @param {Card} card @returns {Wish} */
export function onlyLiking(card) {
  return {
    text: "",
    files: [],
    cards: [card],
    change: () => ({ like: [card.id], not_like: [], unlike: "", crops: {} }),
  };
}

/** @param {Choices} now @param {number} id @param {"like" | "not_like"} to
 *  @param {"like" | "not_like"} from */
function moved(now, id, to, from) {
  return {
    [to]: [...now[to].filter((one) => one !== id), id],
    [from]: now[from].filter((one) => one !== id),
  };
}
