// What the parts of the page tell each other, without knowing each other: `Events` in types.d.ts.

/** @import { Events } from "./types" */

/** @typedef {{ element: Element, callback: (data: any) => unknown }} Listener
 *  The data is what its event brings, which a map of all events cannot say. */

/** @type {Map<string, Set<Listener>>} */
const listeners = new Map();

/** Call `callback` on every `name`, as long as `element` is on the page.
 *  @template {keyof Events} K
 *  @param {K} name @param {Element} element @param {(data: Events[K]) => unknown} callback */
export function on(name, element, callback) {
  const known = listeners.get(name) ?? new Set();
  listeners.set(name, known.add({ element, callback }));
}

/** Tell whoever listens to `name`.
 *  @template {keyof Events} K
 *  @param {K} name @param {Events[K] extends undefined ? [] : [Events[K]]} data */
export function emit(name, ...data) {
  const known = listeners.get(name);
  for (const listener of known ?? []) {
    if (listener.element.isConnected) listener.callback(data[0]);
    else known?.delete(listener);
  }
}

/** A small memory in this browser; nothing breaks where it is refused. */
export const memory = {
  /** What is remembered. What stands there may be of another version, or of nobody's making.
   *  @param {string} name @param {any} fallback @returns {any} */
  get(name, fallback) {
    try {
      return JSON.parse(localStorage.getItem(`qwen3vl.${name}`) ?? "null") ?? fallback;
    } catch {
      return fallback;
    }
  },
  /** @param {string} name @param {unknown} value */
  set(name, value) {
    try {
      localStorage.setItem(`qwen3vl.${name}`, JSON.stringify(value));
    } catch {
      // Private windows may refuse: the setting then lasts until the page is closed.
    }
  },
};
