// One row of a column: made once per item, filled again only when something about it changed.

import { attribute, el, say } from './dom.js';
import { badgeText, fitOf, placeText, thumbOf } from './format.js';
import { icon } from './icons.js';
import { t } from './strings.js';

/** The row's nodes; everything that changes is filled in by `fillRow`. */
export function makeRow(hit, side) {
  const image = el('img', {
    alt: '', width: 96, height: 72, loading: 'lazy', decoding: 'async', draggable: 'false',
    src: thumbOf(hit), data: { fit: fitOf(hit) },
  });
  const badge = el('span', { class: 'badge' }, icon(hit.kind, 13));
  const short = badgeText(hit.kind, hit.place);
  if (short) badge.append(el('span', { text: short }));
  const row = el(
    'li',
    { class: 'row', tabindex: '-1', data: { id: hit.id, kind: hit.kind } },
    el('span', { class: 'row-rank' }),
    el('span', { class: 'row-thumb' }, image, badge),
    el(
      'span',
      { class: 'row-body' },
      el(
        'span',
        { class: 'row-head' },
        el('span', { class: 'row-title', text: hit.title, title: hit.title }),
        el('span', { class: 'row-place', text: placeText(hit.kind, hit.place) }),
      ),
      el('span', { class: 'row-snippet' }),
      el('span', { class: 'row-score' }, el('i', { class: 'bar' }), el('b', {})),
    ),
    el('span', { class: 'row-move' }),
  );
  row.side = side;
  return row;
}

/** Fill a row from its hit; nothing is touched where nothing changed. */
export function fillRow(row, hit, side, top) {
  const key = JSON.stringify([hit.r0, hit.r1, hit.sim, hit.rel, hit.moved, hit.unscored, top]);
  if (row.key === key) return;
  row.key = key;
  const recall = side === 'recall';
  const score = recall ? hit.sim : hit.rel;
  say(row.querySelector('.row-rank'), String((recall ? hit.r0 : hit.r1) ?? '–'));
  say(row.querySelector('.row-snippet'), subtitle(hit, side));
  const number = row.querySelector('.row-score b');
  say(number, score == null ? (hit.unscored ? '–' : '…') : score.toFixed(3));
  attribute(number, 'title', !recall && hit.logit != null ? t('logit', { logit: hit.logit.toFixed(3) }) : null);
  row.querySelector('.bar').style.setProperty('--v', Math.max(0, Math.min(1, score ?? 0)));
  row.dataset.waiting = String(!recall && score == null && !hit.unscored);
  row.dataset.moved = hit.moved ?? '';
  fillMove(row.querySelector('.row-move'), hit, recall);
  attribute(row, 'aria-label', spoken(hit, side));
}

function subtitle(hit, side) {
  if (side === 'rerank' && hit.unscored) return t('unscored', { reason: hit.unscored });
  return hit.snippet || hit.folder;
}

function fillMove(node, hit, recall) {
  const [sign, tone] = movement(hit);
  if (recall) {
    const gone = hit.moved === 'dropped';
    node.className = `row-move ${gone ? 'down chip' : ''}`;
    say(node, gone ? t('dropped', { rank: hit.r1 }) : '');
    return;
  }
  const rescued = hit.moved === 'rescued';
  node.className = `row-move ${tone} ${rescued ? 'chip' : ''}`;
  say(node, rescued ? `${sign} ${t('rescued')}` : sign);
}

/** Sign and tone of a movement: never colour alone. */
export function movement(hit) {
  if (hit.r1 == null) return [hit.unscored ? '–' : '', 'none'];
  const by = hit.r0 - hit.r1;
  if (by > 0) return [`▲${by}`, 'up'];
  if (by < 0) return [`▼${-by}`, 'down'];
  return ['＝', 'same'];
}

function spoken(hit, side) {
  const parts = [hit.title, t(`kind.${hit.kind}`), placeText(hit.kind, hit.place)];
  if (side === 'recall') {
    parts.push(t('spoken.recall', { rank: hit.r0, score: hit.sim.toFixed(3) }));
  } else if (hit.r1 == null) {
    parts.push(hit.unscored ? t('unscored', { reason: hit.unscored }) : t('spoken.waiting'));
  } else {
    const by = hit.r0 - hit.r1;
    const moved = by > 0 ? 'up' : by < 0 ? 'down' : 'same';
    parts.push(t('spoken.rerank', { rank: hit.r1, score: hit.rel.toFixed(3) }));
    parts.push(t(`spoken.${moved}`, { n: Math.abs(by) }));
  }
  return parts.filter(Boolean).join(', ');
}
