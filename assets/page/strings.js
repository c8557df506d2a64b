// Every word our scripts show, in the language of the browser.

import { english } from './strings_en.js';
import { chinese } from './strings_zh.js';

const preferred = navigator.languages?.[0] ?? navigator.language ?? 'en';

/** The language of our own words: en or zh. */
export const language = preferred.toLowerCase().startsWith('zh') ? 'zh' : 'en';

const words = language === 'zh' ? { ...english, ...chinese } : english;

/** The text `key`, with `{name}` filled in. "one|many" chooses by the value `n`. */
export function t(key, values = {}) {
  const forms = (words[key] ?? key).split('|');
  const text = forms.length > 1 && Number(values.n) !== 1 ? forms[1] : forms[0];
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}
