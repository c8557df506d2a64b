// Files on their way into the library: dropped, chosen, or a whole folder with its paths.

import { emit } from './bus.js';
import { el } from './dom.js';
import { bytes, count } from './format.js';
import { icon } from './icons.js';
import { offered } from './offer.js';
import { isEditable } from './status.js';
import { t, worded } from './strings.js';
import { complain, toast } from './toast.js';
import { Upload } from './upload.js';

const DEEPEST = 2000; // folders in each other, as far as a scan of the disk goes
const REASONS = 5; // told one by one; the rest by their number

/** A zone that takes files; `collection` says which collection they go to. */
export function dropZone({ collection = () => '' } = {}) {
  const files = el('input', { type: 'file', multiple: true, hidden: true, data: { pick: 'files' } });
  const folder = el('input', { type: 'file', webkitdirectory: true, hidden: true, data: { pick: 'folder' } });
  const state = el('p', { class: 'drop-state', role: 'status' });
  const meter = el('i', { class: 'meter', hidden: true });
  const stop = el('button', { type: 'button', class: 'quiet', hidden: true, text: t('upload.stop') });
  const pick = (input, name, label) =>
    el('button', { type: 'button', class: 'quiet', onclick: () => input.click() }, icon(name, 16), el('span', { text: t(label) }));
  const zone = el(
    'div',
    { class: 'drop' },
    el('span', { class: 'drop-mark' }, icon('upload', 26)),
    el('p', { class: 'drop-title', text: t('drop.title') }),
    el('p', { class: 'drop-hint', text: t('drop.hint') }),
    el('div', { class: 'drop-buttons' }, pick(files, 'picture', 'drop.files'), pick(folder, 'folder', 'drop.folder')),
    files, folder, meter, state, stop,
  );
  const take = (pairs) => send(pairs, { collection: collection(), zone, state, meter, stop });
  for (const input of [files, folder]) {
    input.addEventListener('change', () => {
      take([...input.files].map((file) => [file.webkitRelativePath || file.name, file]));
      input.value = '';
    });
  }
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation();
    document.body.classList.remove('dragging');
    take(dropped(event.dataTransfer));
  });
  return zone;
}

/** Files dropped anywhere else on the page go to the library too, except onto the query box. Without
 *  this, a browser would leave the page and show the file. */
export function catchDrops(element) {
  const elsewhere = (event) => element.isConnected && hasFiles(event) && !event.target.closest?.('#query');
  let inside = 0;
  document.addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    inside += 1;
    document.body.classList.add('dragging');
  });
  document.addEventListener('dragleave', () => {
    inside = Math.max(0, inside - 1);
    if (!inside) document.body.classList.remove('dragging');
  });
  document.addEventListener('dragover', (event) => elsewhere(event) && event.preventDefault());
  document.addEventListener(
    'drop',
    () => {
      inside = 0;
      document.body.classList.remove('dragging');
    },
    true,
  );
  document.addEventListener('drop', (event) => {
    if (!elsewhere(event) || event.defaultPrevented) return;
    event.preventDefault();
    if (!isEditable()) {
      toast(t('closed.library'));
      return;
    }
    send(dropped(event.dataTransfer), {});
  });
}

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');

/** Pairs of relative path and file, folders walked through. Entries must be taken at once: the list is
 *  empty when the event is over. */
function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return entries.length ? walk(entries) : [...transfer.files].map((file) => [file.name, file]);
}

/** A hidden folder inside another is only named: it is left out, whatever is in it. */
async function* walk(entries, above = '', depth = 0) {
  for (const entry of entries) {
    const inside = `${above}${entry.name}/`;
    if (entry.isFile) yield [above + entry.name, await new Promise((yes, no) => entry.file(yes, no))];
    else if (above && entry.name.startsWith('.')) yield [inside, new File([], entry.name)];
    else if (depth < DEEPEST) yield* walk(await children(entry), inside, depth + 1);
  }
}

async function children(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    // A reader answers at most 100 entries at a time, and an empty list at the end.
    const some = await new Promise((yes, no) => reader.readEntries(yes, no));
    if (!some.length) return found;
    found.push(...some);
  }
}

async function send(pairs, { collection = '', zone, state, meter, stop }) {
  const upload = new Upload(collection);
  const note = state ? null : toast(t('upload.begun'), { seconds: 0 });
  const show = ({ done, files, sent, total, failed }) => {
    if (!state) return;
    meter.hidden = false;
    meter.style.setProperty('--done', total ? sent / total : 0);
    const parts = [t('upload.some', { done: count(done), files: count(files) }), `${bytes(sent)} / ${bytes(total)}`];
    if (failed) parts.push(t('upload.failed', { n: failed }));
    state.textContent = parts.join(' · ');
  };
  if (stop) {
    stop.hidden = false;
    stop.onclick = () => upload.stop();
  }
  try {
    const all = [];
    for await (const pair of pairs) all.push(pair);
    const { wanted, left } = await offered(all);
    const result = await upload.run(wanted, show);
    finish(result, state, left);
    if (zone) zone.dataset.sent = String(Number(zone.dataset.sent ?? 0) + result.done - result.failed);
  } catch (error) {
    complain(error);
  }
  note?.close();
  if (stop) stop.hidden = true;
  if (meter) meter.hidden = true;
  emit('added');
}

function finish({ done, failed, first, stopped }, state, left) {
  const taken = done ? t('upload.done', { n: done - failed }) : t('upload.nothing');
  const text = stopped ? t('upload.stopped', { n: done - failed }) : taken;
  const lines = [text, ...leftOut(left)];
  if (state) state.replaceChildren(...lines.map((line) => el('span', { text: line })));
  else toast(lines.join(' '));
  if (first) complain(first);
}

/** One line for each reason why files of the folder were left out before they were sent. */
function leftOut(left) {
  const lines = left.slice(0, REASONS).map(({ row, n }) => t('upload.left', { n: count(n), why: worded(row) }));
  const rest = left.slice(REASONS).reduce((sum, { n }) => sum + n, 0);
  return rest ? [...lines, t('upload.leftMore', { n: count(rest) })] : lines;
}
