// What the board says beside its rows: failures and notes, nothing found, newer items.

import { el } from './dom.js';
import { icon } from './icons.js';
import { latest } from './status.js';
import { t } from './strings.js';

const itemCount = () => Object.values(latest?.items ?? {}).reduce((sum, n) => sum + n, 0);

export class Messages {
  constructor(board) {
    this.board = board;
    this.known = Infinity; // items when the search began
    this.note = el('div', { class: 'board-note', role: 'alert', hidden: true });
    this.nothing = el('div', { class: 'board-nothing', hidden: true });
    const again = () => document.querySelector('#query .submit-button')?.click();
    this.newer = el('button', { type: 'button', class: 'chip board-newer', hidden: true, onclick: again });
  }

  /** A search begins: what is in the library now is what it can find. */
  begin() {
    this.known = itemCount();
  }

  draw(hits) {
    this.drawNote();
    this.drawNothing(hits);
    this.drawNewer();
  }

  drawNote() {
    const { stage, message, value } = this.board;
    const failed = stage === 'error';
    const notes = failed ? [message] : (value?.notes ?? []);
    this.note.hidden = !notes.length || stage === 'begun';
    this.note.dataset.tone = failed ? 'bad' : 'info';
    const lines = notes.map((note) => el('p', { text: note }));
    this.note.replaceChildren(icon(failed ? 'alert' : 'info'), el('div', {}, ...lines));
  }

  drawNothing(hits) {
    const over = ['done', 'stopped', 'recall'].includes(this.board.stage);
    this.nothing.hidden = !(over && !hits.length);
    if (this.nothing.hidden) return;
    this.nothing.replaceChildren(
      icon('search', 40),
      el('h3', { text: t('nothing.title') }),
      el('p', { text: t(latest && !itemCount() ? 'nothing.empty' : 'nothing.hint') }),
    );
  }

  /** The library grew since the search: offer to search again instead of moving rows about. */
  drawNewer() {
    const { stage, asked } = this.board;
    const more = itemCount() - this.known;
    this.newer.hidden = !(['done', 'stopped'].includes(stage) && !asked?.like && more > 0);
    if (!this.newer.hidden) this.newer.replaceChildren(icon('retry', 15), t('newer', { n: more }));
  }
}
