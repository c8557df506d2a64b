// English words of Help: what is explained, by the names of its entries.

export const helpEnglish = {
  "help.title": "Help",
  "help.tour": "Take the tour again",
  "help.group.find": "Find",
  "help.group.stages": "Stages",
  "help.group.numbers": "Numbers",
  "help.group.keys": "Keys",

  "help.asking": "Asking",
  "help.asking.text":
    "Words, pictures, clips, or all of them together. Enter searches. What is dropped " +
    "near the query line is a query as well.",

  "help.several": "Several queries",
  "help.several.text":
    "Each query has a ranking of its own. Together they count by reciprocal rank, 1 / (1 " +
    "+ rank), so the best of each come first; every hit says at which rank each query has " +
    "it.",

  "help.examples": "Examples",
  "help.examples.text":
    "Like this, too and Not like this add an item to the query, and More like this " +
    "searches with it alone. Words for what you do not want have a weight from 0 to 1: " +
    "how much of it is taken from the query.",

  "help.words": "Exact words",
  "help.words.text":
    "Every word must be there, in the text, a name or a picture's words. The rank says " +
    "how well they fit: 1 is the best. “On” fuses that ranking with recall's by " +
    "reciprocal rank.",

  "help.filters": "Filters",
  "help.filters.text":
    "Only items that pass are searched. The number on a button says how many filters, or " +
    "choices, differ from the usual.",

  "help.history": "History",
  "help.history.text":
    "Finished searches, saved ones first. The last 500 are kept, with their pictures and clips " +
    "of up to 64 MB each, and saved ones for good. Asking one again searches the library as it " +
    "is now.",

  "help.recall": "Recall",
  "help.recall.text":
    "The first stage: the embedder turns query and items into vectors, and the nearest " +
    "ones are the candidates. Quick, for the whole library.",

  "help.rerank": "Rerank",
  "help.rerank.text":
    "The second stage: the reranker reads query and item together and judges how well " +
    "they fit. Slower, for the candidates of recall alone.",

  "help.movement": "Movement",
  "help.movement.text":
    "How many ranks the reranker moved a hit: ▲3 is three up, ▼2 two down, ＝ unchanged. " +
    "Rescued came among the first from beyond them, dropped left them. Above the board it " +
    "is counted how many did which.",

  "help.doubt": "Probably nothing here",
  "help.doubt.text":
    "Said by recall where no hit stands out of the library, by the reranker where no " +
    "relevance is above one half. A library of very equal items can have no hit that " +
    "stands out.",

  "help.depth": "Top and depth",
  "help.depth.text":
    "Top is how many results are shown, depth how many candidates of recall the reranker " +
    "judges. More depth can find more, and takes longer.",

  "help.agreement": "Agreement of the stages",
  "help.agreement.text":
    "Kendall's τ of both rankings, from 1 (the same order) over 0 (unrelated) to −1 (reversed), " +
    "and how many of the first results are the same before and after reranking.",

  "help.cost": "Depth explorer",
  "help.cost.text":
    "What a search would have shown and taken at another depth: time in milliseconds (ms) or " +
    "seconds (s) of the model, as measured for each candidate, or “about”, shared out evenly.",

  "help.margin": "± and ties",
  "help.margin.text":
    "Half of the distance between the lowest and the highest relevance of a hit, judged in " +
    "different ways, in units of relevance. Hits whose ranges overlap cannot be told apart.",

  "help.kinds": "Kinds",
  "help.kinds.text":
    "Of the candidates of a kind: how many there are and are shown, and the median of their " +
    "scores. The box holds the middle half of them, the line all. A hit also has a rank " +
    "within its kind.",

  "help.rank": "Rank",
  "help.rank.text":
    "The place in the order of a stage; 1 is the best. In recall it goes by similarity, " +
    "or by fused ranks; in the reranked order by relevance.",

  "help.similarity": "Similarity",
  "help.similarity.text":
    "The cosine of the vectors of query and item, from −1 to 1. Comparable within one " +
    "search alone: it says which item is nearer, not whether it is right.",

  "help.relevance": "Relevance",
  "help.relevance.text":
    "The reranker's probability that the item answers the query, from 0 to 1. Right " +
    "answers often have between .4 and .9: the order says more than the level.",

  "help.logit": "Logit",
  "help.logit.text":
    "The relevance before it is squeezed between 0 and 1: relevance = 1 / (1 + e^−logit). " +
    "It tells hits apart whose relevance looks equal.",

  "help.percentile": "Percentile",
  "help.percentile.text":
    "How much of the library is less similar to this query than the item, judged by a " +
    "random sample.",

  "help.level": "Stands out",
  "help.level.text":
    "The similarity above which chance hardly explains a hit, judged by this query's " +
    "similarities to a random sample of the library.",

  "help.apart": "Apart",
  "help.apart.text":
    "How much more or less the hit above or below has, in the unit of the number beside it.",

  "help.hits": "Results",
  "help.hits.text":
    "How many hits a search gave or shows, and how long each stage took. Further ones can be " +
    "asked for, up to 300.",

  "help.ms": "Times",
  "help.ms.text":
    "Milliseconds (ms) or seconds (s) that a stage took: recall with the query's vector, " +
    "rerank with reading the candidates. Scores kept from before take none.",

  "help.items": "Items",
  "help.items.text":
    "What can be found: pictures, PDF pages, passages of texts, videos and their moments. " +
    "One file may give many.",

  "help.place": "Place",
  "help.place.text":
    "Where in its file an item stands: a page, lines of a text, minutes and seconds of a " +
    "video.",

  "help.size": "Size",
  "help.size.text":
    "Of a file in bytes (1 kB is 1,000), of a picture in pixels, of a clip in time.",

  "help.copies": "Near copies",
  "help.copies.text":
    "How many nearly equal pictures stand behind this one: compressed, scaled or slightly " +
    "cut ones.",

  "help.progress": "Progress",
  "help.progress.text":
    "How many are done of how many there are, how many each second, and about how long " +
    "the rest takes.",

  "help.tally": "Counts",
  "help.tally.text":
    "How many there are of what stands beside the number: of a kind, an outcome, a tag, a " +
    "collection, a filter.",

  "help.tiles": "Size of tiles",
  "help.tiles.text": "Of the usual width, in percent.",

  "help.vectors": "Vectors",
  "help.vectors.text":
    "How many vectors of how many dimensions a model made, and how each number of them is " +
    "kept: float32 in full, float16, int8 and binary shorter. Fewer and shorter ones need " +
    "less memory.",

  "help.accuracy": "Recall@10",
  "help.accuracy.text":
    "The share of the ten nearest items by full vectors that a shorter way of keeping " +
    "them finds, measured on this library, and the time that one search takes.",

  "help.tokens": "Tokens",
  "help.tokens.text":
    "What a model reads one by one: a piece of a word, or 32 × 32 pixels of a picture, or of two " +
    "frames of a clip. A prompt that has more than the model takes loses its end.",

  "help.falls": "Evidence",
  "help.falls.text":
    "How much similarity (a cosine), relevance (0 to 1) and its logit change when a part of the " +
    "item is gone: − is what they lose, + is what they gain.",

  "help.passes": "Passes",
  "help.passes.text":
    "How many versions of the item each model looks at, and about how many seconds (s) that " +
    "takes. Searches go first.",

  "help.memory": "Models",
  "help.memory.text":
    "Size on disk, memory in use, licence, time for one item on this computer, and how " +
    "many items are embedded. About the size of the models: 2B and 8B are billions of " +
    "parameters.",

  "help.days": "Days and times",
  "help.days.text":
    "When something was taken, changed, asked or removed, and until when it is kept.",

  "help.versions": "Versions",
  "help.versions.text": "Of this program and what it runs on, for reports of errors.",
};
