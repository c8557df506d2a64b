// The results as a table: what both stages said of every hit, in columns that can be sorted.

import { movement } from "./row.js";
import { ordered, shownOf } from "./shown.js";
import { cellOf, columnsFor, compared, FOLDER, NAME } from "./table_columns.js";
import { around, attribute, childrenOf, el, find, findAll, say } from "../../kit/dom.js";
import { draggable } from "../../kit/drag.js";
import { fitOf, placeText, thumbOf } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** @import { Hit } from "../types" */
/** @import { TableColumn } from "./table_columns.js" */
/** @import { Board } from "./board.js" */

export class BoardTable {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    /** Rows by the ids of their items.
     *  @type {Map<number, HTMLElement>} */
    this.rows = new Map();
    /** @type {TableColumn[]} */
    this.columns = [];
    /** @type {number | null} */
    this.opened = null;
    this.sorted = { name: "", down: false }; // as the search ranked them
    this.head = el("tr");
    this.body = el("tbody");
    const label = { "aria-label": t("view.table") };
    const table = el("table", label, el("thead", {}, this.head), this.body);
    this.more = el("button", { type: "button", class: "more", onclick: () => board.toggleAll() });
    this.node = el(
      "div",
      { class: "board-table", hidden: true },
      el("div", { class: "table-box" }, table),
      this.more,
    );
    this.body.addEventListener("click", (event) => this.clicked(around(event.target, "tr")));
    this.body.addEventListener("keydown", (event) => this.key(event));
  }

  /** Draw the best hits, in the order of the chosen column. Nothing folds in a table.
   *  @param {Hit[]} hits */
  draw(hits) {
    this.settle(columnsFor(this.board.value));
    const chosen = { ...this.board.chosen(), grouped: false };
    const shown = this.inOrder(shownOf(ordered(hits, "rerank"), chosen));
    const held = document.activeElement;
    this.put(shown);
    if (held instanceof HTMLElement && held !== document.activeElement && this.body.contains(held))
      held.focus({ preventScroll: true });
    if (!this.body.contains(document.activeElement)) this.reach(childrenOf(this.body)[0] ?? null);
    this.drawMore(chosen.moves.size ? 0 : hits.length - shown.length);
  }

  /** The columns that this search has.
   *  @param {TableColumn[]} columns */
  settle(columns) {
    if (columns.map(({ name }) => name).join() === this.columns.map(({ name }) => name).join())
      return;
    this.columns = columns;
    this.rows.clear();
    this.body.replaceChildren();
    this.head.replaceChildren(el("td"), ...columns.map((column) => this.headOf(column)));
    this.drawHead();
  }

  /** @param {TableColumn} column */
  headOf(column) {
    const button = el("button", {
      type: "button",
      class: "bare",
      onclick: () => this.sort(column),
    });
    button.append(
      el("span", { text: column.label ?? t(`table.${column.name}`) }),
      icon("down", 13),
    );
    return el(
      "th",
      { scope: "col", class: column.number ? "number" : null, data: { column: column.name } },
      button,
    );
  }

  /** Sort by a column, best first; by the same one again, the other way round.
   *  @param {TableColumn} column */
  sort({ name, most = false }) {
    const again = this.sorted.name === name;
    this.sorted = { name, down: again ? !this.sorted.down : most };
    this.drawHead();
    this.board.draw();
  }

  drawHead() {
    for (const head of findAll(this.head, "th")) {
      const way = this.sorted.down ? "descending" : "ascending";
      attribute(head, "aria-sort", head.dataset.column === this.sorted.name ? way : null);
    }
  }

  /** @param {Hit[]} hits */
  inOrder(hits) {
    const column = this.columns.find(({ name }) => name === this.sorted.name);
    if (!column) return hits;
    const sign = this.sorted.down ? -1 : 1;
    const known = hits.filter((hit) => column.value(hit) != null);
    const unknown = hits.filter((hit) => column.value(hit) == null); // last, whichever way
    return [...known.sort((a, b) => sign * compared(column.value(a), column.value(b))), ...unknown];
  }

  /** @param {Hit[]} shown */
  put(shown) {
    const wanted = new Set(shown.map((hit) => hit.id));
    for (const [id, row] of [...this.rows]) {
      if (wanted.has(id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    /** @type {HTMLElement | null} */
    let before = null;
    for (const hit of shown) {
      const row = this.rows.get(hit.id) ?? this.add(hit);
      this.fill(row, hit);
      /** @type {ChildNode | null} */
      const place = before ? before.nextSibling : this.body.firstChild;
      if (row !== place) this.body.insertBefore(row, place);
      before = row;
    }
  }

  /** @param {Hit} hit */
  add(hit) {
    const image = el("img", {
      src: thumbOf(hit),
      alt: "",
      width: 56,
      height: 42,
      loading: "lazy",
      decoding: "async",
      draggable: "false",
      data: { fit: fitOf(hit) },
    });
    const place = placeText(hit.kind, hit.place);
    const name = el("button", {
      type: "button",
      class: "link",
      tabindex: "-1",
      dir: "auto",
      text: hit.title,
      title: hit.title,
    });
    const cells = this.columns.map((column) =>
      column === NAME
        ? el(
            "th",
            { scope: "row", "data-content": "" },
            name,
            place ? el("span", { class: "fine", text: place }) : null,
          )
        : el("td", cellOf(column)),
    );
    const row = el("tr", { data: { id: hit.id } }, el("td", {}, image), ...cells);
    attribute(row, "aria-current", hit.id === this.opened ? "true" : null);
    draggable(row, hit);
    this.rows.set(hit.id, row);
    return row;
  }

  /** @param {HTMLElement} row @param {Hit} hit */
  fill(row, hit) {
    this.columns.forEach((column, n) => {
      if (column === NAME) return;
      const cell = childrenOf(row)[n + 1];
      say(cell, column.text ? column.text(hit) : String(column.value(hit) ?? "–"));
      if (column === FOLDER) attribute(cell, "title", hit.folder);
      if (column.name === "moved") cell.className = `number ${movement(hit)[1]}`;
    });
  }

  /** @param {number} rest */
  drawMore(rest) {
    const { value, narrowing } = this.board;
    this.more.hidden = !(rest > 0 || (narrowing.all && this.rows.size > (value?.top ?? 0)));
    const text = narrowing.all
      ? t("more.less", { top: value?.top })
      : t("more.rerank", { n: rest });
    this.more.replaceChildren(el("span", { text, "data-explain": "hits" }), icon("down", 16));
    attribute(this.more, "aria-expanded", String(narrowing.all));
  }

  /** @param {HTMLElement | null} row */
  clicked(row) {
    if (!row) return;
    this.reach(row);
    this.board.open(row.dataset.id);
  }

  /** Arrows walk from name to name.
   *  @param {KeyboardEvent} event */
  key(event) {
    const row = around(event.target, "tr");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = childrenOf(this.body);
    const at = rows.indexOf(row);
    /** @type {Record<string, HTMLElement | undefined>} */
    const ways = {
      ArrowDown: rows[at + 1],
      j: rows[at + 1],
      ArrowUp: rows[at - 1],
      k: rows[at - 1],
      Home: rows[0],
      End: rows.at(-1),
    };
    if (!(event.key in ways)) return;
    event.preventDefault();
    event.stopPropagation();
    const next = ways[event.key];
    if (!next) return;
    this.reach(next);
    find(next, ".link").focus();
  }

  /** Make one row the one that Tab reaches.
   *  @param {HTMLElement | null} row */
  reach(row) {
    for (const other of findAll(this.body, '[tabindex="0"]')) other.tabIndex = -1;
    if (row) find(row, ".link").tabIndex = 0;
  }

  /** @param {number | null} id */
  markOpened(id) {
    this.opened = id;
    for (const [known, row] of this.rows)
      attribute(row, "aria-current", known === id ? "true" : null);
  }
}
