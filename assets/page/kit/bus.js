// What the parts of the page tell each other, without knowing each other.
//
//   open {id, hit, words}   show an item in the detail panel
//   scored {hits, value}    the running search knows more about its hits
//   opened {id}             the detail panel shows it now, or null
//   added                   something was given to the indexer
//   changed                 the library's contents changed
//   status {…}              a new status arrived (see status.js)
//   forgotten {ids}         items are about to leave the library
//   ask {text, files, change, cards}   search: see `Asking.ask`
//   asked {asked}           a search has begun; the question as the server understood it
//   failed {text}           something went wrong that is not ours to answer
//   narrow (choices) => changes   change what narrows the search, as a person would
//   tour {name}             begin the tour, at the stop of that name
//   unasked                 the page is as before the first search

const listeners = new Map();

/** Call `callback` on every `name`, as long as `element` is on the page. */
export function on(name, element, callback) {
  if (!listeners.has(name)) listeners.set(name, new Set());
  listeners.get(name).add({ element, callback });
}

export function emit(name, data) {
  for (const listener of listeners.get(name) ?? []) {
    if (listener.element.isConnected) listener.callback(data);
    else listeners.get(name).delete(listener);
  }
}

/** A small memory in this browser; nothing breaks where it is refused. */
export const memory = {
  get(name, fallback) {
    try {
      return JSON.parse(localStorage.getItem(`qwen3vl.${name}`)) ?? fallback;
    } catch {
      return fallback;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`qwen3vl.${name}`, JSON.stringify(value));
    } catch {
      // Private windows may refuse: the setting then lasts until the page is closed.
    }
  },
};
