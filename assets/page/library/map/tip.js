// What is under the pointer: its thumbnail and its name, fetched once the pointer rests on it.

import { debounced, el } from "../../kit/dom.js";
import { placeText, thumbOf } from "../../kit/format.js";
import { getJson } from "../../kit/net.js";

/** @import { Card } from "../../kit/types" */
/** @import { Camera } from "./camera.js" */

const RESTING = 90; // milliseconds
const MOST = 500; // items that are remembered
const WIDTH = 190; // pixels
const HEIGHT = 190;

export class Tip {
  constructor() {
    this.node = el("div", { class: "map-tip", hidden: true });
    /** @type {Map<number, Card>} */
    this.known = new Map();
    /** @type {number | null} */
    this.wanted = null;
    this.settle = debounced((/** @type {number} */ id) => this.fetch(id), RESTING);
  }

  /** @param {number | null} id @param {number} x @param {number} y @param {Camera} camera */
  show(id, x, y, camera) {
    const { width, height } = camera;
    const left = x + WIDTH + 18 > width ? x - WIDTH - 14 : x + 14;
    const top = Math.max(4, Math.min(y - 20, height - HEIGHT));
    this.node.style.translate = `${Math.max(4, left)}px ${top}px`;
    if (id === this.wanted) return;
    this.wanted = id;
    const known = id === null ? null : this.known.get(id);
    if (known) this.draw(known);
    else this.node.hidden = true;
    if (id !== null && !known) this.settle(id);
  }

  /** @param {number} id */
  async fetch(id) {
    if (id !== this.wanted) return;
    const card = await getJson(`/api/items/${id}`).catch(() => null); // gone meanwhile
    if (!card) return;
    if (this.known.size > MOST) this.known.clear();
    this.known.set(id, card);
    if (id === this.wanted) this.draw(card);
  }

  /** @param {Card} card */
  draw(card) {
    this.node.hidden = false;
    this.node.replaceChildren(
      el("img", { src: thumbOf(card), alt: "", width: 180, height: 135, draggable: "false" }),
      el("b", { dir: "auto", "data-content": "", text: card.title }),
      el("span", {
        class: "fine",
        "data-explain": "place",
        text: placeText(card.kind, card.place),
      }),
    );
  }
}
