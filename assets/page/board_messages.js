// What the board says beside its rows: failures and notes, nothing found, newer items.

import { emit } from './bus.js';
import { DEFAULTS, FILTERS, isDefault } from './asking_state.js';
import { LeftOut, withoutFilters } from './board_left.js';
import { el } from './dom.js';
import { icon } from './icons.js';
import { latest } from './status.js';
import { t, worded } from './strings.js';

const itemCount = () => Object.values(latest?.items ?? {}).reduce((sum, n) => sum + n, 0);

export class Messages {
  constructor(board) {
    this.board = board;
    this.known = Infinity; // items when the search began
    this.note = el('div', { class: 'board-note', role: 'alert', hidden: true });
    this.nothing = el('div', { class: 'board-nothing', hidden: true });
    const again = () => emit('ask', {});
    this.left = new LeftOut();
    this.newer = el('button', { type: 'button', class: 'chip board-newer', hidden: true, onclick: again });
  }

  /** A search begins: what is in the library now is what it can find. */
  begin() {
    this.known = itemCount();
  }

  draw(hits) {
    this.drawNote();
    this.left.draw(this.board);
    this.drawNothing(hits);
    this.drawNewer();
  }

  drawNote() {
    const { stage, message, value } = this.board;
    const failed = stage === 'error';
    const notes = failed ? [message] : (value?.notes ?? []);
    this.note.hidden = !notes.length || stage === 'begun';
    this.note.dataset.tone = failed ? 'bad' : 'info';
    const lines = notes.map((note) => el('p', { text: worded(note) }));
    this.note.replaceChildren(icon(failed ? 'alert' : 'info'), el('div', {}, ...lines));
  }

  drawNothing(hits) {
    const over = ['done', 'stopped', 'recall'].includes(this.board.stage);
    this.nothing.hidden = !(over && !hits.length);
    if (this.nothing.hidden) return;
    const parts = [
      icon('search', 40),
      el('h2', { text: t('nothing.title') }),
      el('p', { text: t(latest && !itemCount() ? 'nothing.empty' : 'nothing.hint') }),
      this.isFiltered() ? el('button', { type: 'button', class: 'quiet', text: t('left.clear'), onclick: withoutFilters }) : null,
    ];
    this.nothing.replaceChildren(...parts.filter(Boolean));
  }

  isFiltered() {
    return FILTERS.some((name) => !isDefault(name, this.board.asked?.choices[name] ?? DEFAULTS[name]));
  }

  /** The library grew since the search: offer to search again instead of moving rows about. */
  drawNewer() {
    const { stage } = this.board;
    const more = itemCount() - this.known;
    this.newer.hidden = !(['done', 'stopped'].includes(stage) && more > 0);
    if (!this.newer.hidden) this.newer.replaceChildren(icon('retry', 15), t('newer', { n: more }));
  }
}
