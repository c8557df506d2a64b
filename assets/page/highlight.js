// Marks words by DOM ranges: the text itself is never touched, so nothing in it can become markup.

const NAME = 'query-words';

/** Mark every one of `words` inside `nodes`, in place of what was marked before. */
export function marked(nodes, words) {
  if (!globalThis.CSS?.highlights) return;
  CSS.highlights.delete(NAME);
  const ranges = nodes.flatMap((node) => rangesIn(node.firstChild, words));
  if (ranges.length) CSS.highlights.set(NAME, new Highlight(...ranges));
}

function rangesIn(text, words) {
  if (!text) return [];
  const ranges = [];
  const lower = text.data.toLowerCase();
  for (const word of words) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
      if (at + word.length > text.data.length) break;
      const range = new Range();
      range.setStart(text, at);
      range.setEnd(text, at + word.length);
      ranges.push(range);
    }
  }
  return ranges;
}
