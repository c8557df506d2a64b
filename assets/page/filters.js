// On a phone the filters are folded away behind one button.

import { el } from './dom.js';
import { icon } from './icons.js';
import { t } from './strings.js';

export function start({ element }) {
  const root = element.querySelector('.filters-root');
  const button = el('button', { type: 'button', class: 'quiet', 'aria-expanded': 'false' });
  button.append(icon('filter', 16), el('span', { text: t('filters') }));
  button.addEventListener('click', () => {
    const open = document.body.toggleAttribute('data-filters');
    button.setAttribute('aria-expanded', String(open));
  });
  root.append(button);
}
