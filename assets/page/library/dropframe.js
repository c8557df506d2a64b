// One frame for what is dragged over the page: two halves, *Search with it* and *Add to the
// library*.
//
// The frame never takes the pointer: where a drop falls is told by its place, so that the query
// line and the drop zones below it stay what they are. By keyboard and touch, the buttons of the
// query line and of the Library do the same.

import { catchBundle } from "../bundle/viewer.js";
import { emit } from "../kit/bus.js";
import { around, el, find, findAll, say } from "../kit/dom.js";
import { dropped, filesOf, hasFiles, hasFolder } from "./dropped.js";
import { icon } from "../kit/icons.js";
import { addToQuery } from "../kit/net.js";
import { send } from "./sending.js";
import { isEditable } from "../shell/status.js";
import { t } from "../i18n/strings.js";
import { complain, toast } from "../kit/toast.js";

const NEAR = 28; // pixels around the query line that count as the line itself
const MOST = 8; // files of one query
const EDGE = 12; // pixels around the frame

/** What a query takes. Browsers know no type of some texts, such as Markdown.
 *  @param {string} type */
const isAskable = (type) =>
  !type || /^(image|video|text)\/|pdf$|officedocument|opendocument|json$/.test(type);

/** Files dropped anywhere on the page find the frame; without it, browsers would leave the page.
 *  @param {Element} element */
export function catchDrops(element) {
  new DropFrame(element);
}

class DropFrame {
  /** @param {Element} element */
  constructor(element) {
    this.element = element;
    /** What was entered and not left: a node may go while it is dragged over.
     *  @type {Set<EventTarget | null>} */
    this.under = new Set();
    this.usual = "add"; // the half that is chosen by itself
    this.fell = ""; // the place where something was dropped
    this.halves = { search: half("search", "search"), add: half("add", "upload") };
    this.node = el(
      "div",
      { class: "own drop-frame", hidden: true, "aria-hidden": "true" },
      this.halves.search,
      this.halves.add,
    );
    document.body.append(this.node);
    /** @param {(event: DragEvent) => unknown} run @returns {(event: DragEvent) => unknown} */
    const meant = (run) => (event) => this.element.isConnected && hasFiles(event) && run(event);
    document.addEventListener(
      "dragenter",
      meant((event) => this.enter(event)),
    );
    document.addEventListener("dragleave", (event) => this.leave(event)); // may not say what it was
    document.addEventListener(
      "dragover",
      meant((event) => this.over(event)),
    );
    document.addEventListener(
      "drop",
      meant((event) => this.placed(event)),
      true,
    );
    document.addEventListener(
      "drop",
      meant((event) => this.drop(event)),
    );
  }

  /** @param {DragEvent} event */
  enter(event) {
    if (!this.under.size) this.show(event.dataTransfer);
    this.under.add(event.target);
  }

  /** @param {DragEvent} event */
  leave(event) {
    this.under.delete(event.target);
    for (const node of this.under)
      if (node instanceof Node && !node.isConnected) this.under.delete(node);
    if (!this.under.size) this.hide();
  }

  /** Lay the frame over what is below the query line and the drop zones, with the half chosen that
   *  fits the files.
   *  @param {DataTransfer | null} transfer */
  show(transfer) {
    const files = [...(transfer?.items ?? [])].filter((item) => item.kind === "file");
    const usable = files.filter((item) => isAskable(item.type));
    const isOne = files.length === 1 && /^(image|video)\//.test(files[0].type);
    this.usual = isOne ? "search" : "add";
    if (!isEditable()) this.usual = "search";
    this.halves.add.hidden = !isEditable();
    this.halves.search.toggleAttribute("data-useless", !usable.length);
    say(
      find(this.halves.search, "p"),
      t(usable.length ? "frame.search.hint" : "frame.search.useless"),
    );
    const line = queryLine()?.bottom ?? 0;
    const bar = document.querySelector(".top-bar-root")?.getBoundingClientRect().bottom ?? 0;
    const zones = findAll(document, ".own .drop").map(
      (zone) => zone.getBoundingClientRect().bottom,
    );
    const top = Math.min(Math.max(line + NEAR, bar, 0, ...zones) + EDGE, innerHeight * 0.6);
    this.node.style.setProperty("--top", `${top}px`);
    this.node.hidden = false;
    document.body.classList.add("dragging");
    this.mark(this.usual);
  }

  hide() {
    this.under.clear();
    this.node.hidden = true;
    document.body.classList.remove("dragging");
  }

  /** @param {string} chosen */
  mark(chosen) {
    for (const [name, node] of Object.entries(this.halves))
      node.toggleAttribute("data-chosen", name === chosen);
    this.node.dataset.chosen = chosen;
  }

  /** @param {DragEvent} event */
  over(event) {
    if (this.node.hidden) this.enter(event);
    const place = this.place(event);
    if (place === "query") return; // gradio's box takes it by itself
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    this.mark(place);
  }

  /** What a drop here would do: query, near, zone, search or add.
   *  @param {DragEvent} event */
  place(event) {
    if (around(event.target, "#query")) return "query";
    if (around(event.target, ".drop")) return "zone";
    if (isNear(event)) return "near";
    /** @param {[string, HTMLElement]} half */
    const within = ([, node]) => {
      const { left, right, top, bottom } = node.getBoundingClientRect();
      return (
        event.clientX >= left &&
        event.clientX < right &&
        event.clientY >= top &&
        event.clientY < bottom
      );
    };
    return Object.entries(this.halves).find(within)?.[0] ?? this.usual;
  }

  /** Remember where it fell before the frame goes. An exported search is shown wherever it falls.
   *  @param {DragEvent} event */
  placed(event) {
    this.fell = this.place(event);
    this.hide();
    catchBundle(event);
    if (!["query", "near"].includes(this.fell) || !hasFolder(event.dataTransfer)) return;
    event.preventDefault();
    event.stopPropagation(); // gradio's box would try to read the folder as a file
    toast(t("frame.search.useless"));
  }

  /** @param {DragEvent} event */
  drop(event) {
    if (event.defaultPrevented || this.fell === "query") return;
    event.preventDefault();
    if (this.fell === "near") this.give(event.dataTransfer);
    else if (this.fell === "search") this.search(filesOf(event.dataTransfer));
    else if (!isEditable()) toast(t("closed.library"));
    else send(dropped(event.dataTransfer));
  }

  /** Let gradio's box take what fell beside it, as if it had fallen on it.
   *  @param {DataTransfer | null} transfer */
  give(transfer) {
    const box =
      document.querySelector("#query .full-container") ?? document.querySelector("#query");
    box?.dispatchEvent(
      new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }),
    );
  }

  /** Ask with these files alone; filters and other choices stay.
   *  @param {File[]} files */
  async search(files) {
    const usable = files.filter((file) => isAskable(file.type)).slice(0, MOST);
    if (!usable.length) {
      toast(t("frame.search.useless"));
      return;
    }
    try {
      const keys = await addToQuery(usable);
      const change = () => ({ like: [], not_like: [], also: [], crops: {} });
      emit("ask", { text: "", files: keys, change });
    } catch (error) {
      complain(error);
    }
  }
}

/** @param {string} name @param {string} sign */
function half(name, sign) {
  return el(
    "div",
    { class: "drop-half", data: { half: name } },
    icon(sign, 30),
    el("b", { text: t(`frame.${name}`) }),
    el("p", { text: t(`frame.${name}.hint`) }),
  );
}

/** Where the query line is, while it is on the screen; null on other screens. */
function queryLine() {
  const [box] = findAll(document, "#query");
  return box?.offsetParent ? box.getBoundingClientRect() : null;
}

/** @param {DragEvent} event */
function isNear(event) {
  const line = queryLine();
  if (!line) return false;
  const { clientX: x, clientY: y } = event;
  return (
    x > line.left - NEAR && x < line.right + NEAR && y > line.top - NEAR && y < line.bottom + NEAR
  );
}
