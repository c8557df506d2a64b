// One form for all ways to write a word, as qwen3vl_app/types/folding.py has it: a test compares
// them.

const INVISIBLE =
  "\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff" +
  "\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}\\u0640" +
  "\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8" +
  "\\u06ea-\\u06ed\\u08d3-\\u08ff" +
  "\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7";
const DROPPED = new RegExp(`[${INVISIBLE}]+`, "gu");
const CONTINUES = new RegExp(`^[${INVISIBLE}\\p{M}\\u1160-\\u11ff]`, "u");
const ACCENTS = new RegExp(
  "(?<=[Ее])[\\u0300\\u0301\\u0308]+|(?<=[\\u0400-\\u052f])[\\u0300\\u0301]+" +
    "|(?<![\\u0400-\\u052f\\u0300-\\u036f])" +
    "[\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff]+",
  "gu",
);
const ZEROS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0,
  0xf20, 0x1040, 0x17e0, 0x1810,
];
const DIGITS = "0123456789";
const SAME = new Map([
  ...pairs("‘’‚‛′‵ʼʹʻʽ`´＇ꞌ", "'"),
  ...pairs("“”„‟″‶«»〝〞〟＂", '"'),
  ...pairs("‐‑‒–—―−⁃﹘﹣－־", "-"),
  ...zip("øłđðħıŧßς", "olddhit_σ"),
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["þ", "th"],
  ...zip("ٱىیےکةہھۀە", "ايييكههههه"),
  ...ZEROS.flatMap((zero) =>
    zip(Array.from({ length: 10 }, (_, n) => String.fromCodePoint(zero + n)).join(""), DIGITS),
  ),
]);

/** @param {string} from @param {string} to @returns {[string, string][]} */
function pairs(from, to) {
  return [...from].map((sign) => [sign, to]);
}

/** @param {string} from @param {string} to @returns {[string, string][]} */
function zip(from, to) {
  return [...from].map((sign, at) => [sign, to[at]]);
}

/** The text as it is compared: equal for everything that a reader takes for the same word.
 *  @param {string} text */
export function fold(text) {
  const plain = text.replace(DROPPED, "").replaceAll("´", "'").normalize("NFKD");
  const small = plain.replace(DROPPED, "").replace(ACCENTS, "").toLowerCase();
  return Array.from(small, (sign) => SAME.get(sign) ?? sign)
    .join("")
    .normalize("NFC");
}

/** The folded text, and where each of its code units and its end begin in `text`.
 *  @param {string} text */
export function foldWithPlaces(text) {
  if (!/[^\x00-\x7f]/.test(text))
    return { folded: fold(text), places: Array.from({ length: text.length + 1 }, (_, n) => n) };
  let folded = "";
  const places = [];
  for (const { at, cluster } of clusters(text)) {
    const piece = fold(cluster);
    folded += piece;
    for (let n = 0; n < piece.length; n += 1) places.push(at);
  }
  return { folded, places: [...places, text.length] };
}

/** @param {string} text */
function clusters(text) {
  /** @type {{ at: number, cluster: string }[]} */
  const found = [];
  let at = 0;
  for (const sign of text) {
    const last = found.at(-1);
    if (last && sign > "\x7f" && CONTINUES.test(sign.normalize("NFKD"))) last.cluster += sign;
    else found.push({ at, cluster: sign });
    at += sign.length;
  }
  return found;
}
