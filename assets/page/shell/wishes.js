// What can be asked of `Asking.ask` about an item: more like it, less like it, only like it.

/** The wish for more items like this one, beside what is asked already. */
export function liking(card) {
  return { cards: [card], change: (now) => moved(now, card.id, "like", "not_like") };
}

/** The wish for fewer items like this one. */
export function disliking(card) {
  return { cards: [card], change: (now) => moved(now, card.id, "not_like", "like") };
}

/** The wish for items like this one alone. */
export function onlyLiking(card) {
  return {
    text: "",
    files: [],
    cards: [card],
    change: () => ({ like: [card.id], not_like: [], unlike: "", crops: {} }),
  };
}

function moved(now, id, to, from) {
  return {
    [to]: [...now[to].filter((one) => one !== id), id],
    [from]: now[from].filter((one) => one !== id),
  };
}
