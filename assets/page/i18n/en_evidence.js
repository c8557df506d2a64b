// English words of what the models saw, and of evidence.

export const evidenceEnglish = {
  "tab.seen": "Model saw",
  "tab.evidence": "Evidence",
  "seen.about":
    "What both models got, by the code that prepares every search. Most bad retrieval is bad " +
    "input.",
  "seen.none":
    "Nothing is being searched for. Ask for something, and this shows what the models saw.",
  "seen.loading": "Preparing it as for a search",
  "seen.recall": "Recall: the embedder",
  "seen.rerank": "Rerank: the reranker",
  "seen.recall.off": "It took no part: exact words alone were asked.",
  "seen.rerank.off": "It took no part: nothing was reranked.",
  "seen.of.item": "The item",
  "seen.of.query": "The query",
  "seen.of.unlike": "What was not wanted",
  "seen.of.both": "The query and the item in one prompt",
  "seen.picture": "The picture as the model sees it",
  "seen.frame": "Frame {n} as the model sees it",
  "seen.frames": "{n} frame as the model sees it|{n} frames as the model sees them",
  "seen.second": "{n} s",
  "seen.stamps": "Frames go in pairs, before which stand the seconds {stamps}.",
  "seen.size":
    "{from} pixels, resized to {to}: {tokens} token|" +
    "{from} pixels, resized to {to}: {tokens} tokens",
  "seen.size.same": "{to} pixels: {tokens} token|{to} pixels: {tokens} tokens",
  "seen.tokens": "{tokens} tokens of {limit} at most.",
  "seen.shared": "The first {shared} are the same for all items of this search.",
  "seen.whole": "Nothing was cut.",
  "seen.cut": "{count} token did not fit and was cut.|{count} tokens did not fit and were cut.",
  "seen.cut.text": "What was cut: {count} token|What was cut: {count} tokens",
  "seen.prompt": "The prompt: {count} token|The prompt: {count} tokens",
  "seen.instruction": "Instruction",
  "seen.instruction.what": "What the model is told to do with the content.",
  "seen.fingerprint": "Fingerprint",
  "seen.fingerprint.what": "Changes whenever the model's answers stop being comparable.",
  "evidence.none":
    "Nothing is being searched for. Ask for something, and this shows by which parts an item was " +
    "found.",
  "evidence.about":
    "How much similarity and relevance fall without each part. A part of a picture or clip is " +
    "covered with the mean colour of the whole, for grey would be a thing of its own; a sentence " +
    "is left out.",
  "evidence.asking": "Reading what it takes",
  "evidence.ready": "Evidence can be computed.",
  "evidence.running": "Evidence is being computed.",
  "evidence.done": "Evidence is complete.",
  "evidence.failed": "Evidence could not be computed.",
  "evidence.find": "Find the evidence (about {time})",
  "evidence.find.passes":
    "Find the evidence ({count} pass of each model)|" +
    "Find the evidence ({count} passes of each model)",
  "evidence.progress": "{done} of {count} pass|{done} of at most {count} passes",
  "evidence.stop": "Stop",
  "evidence.stopped": "Stopped; what was found so far stays.",
  "evidence.took": "{count} pass of each model in {time}.|{count} passes of each model in {time}.",
  "evidence.kept": "From before: this hit was looked at with the same query and models.",
  "evidence.reading": "What the map shows",
  "evidence.map": "Frames with what is lost without them",
  "evidence.whole": "The whole item: {levels}.",
  "evidence.relevance": "relevance {level} (logit {logit})",
  "evidence.similarity": "similarity {level}",
  "evidence.colours.relevance":
    "Red loses relevance when it is gone, blue gains. Colours go by the logit, because a " +
    "probability near 0 or 1 hardly moves, and compare parts of one size; the frame marks the " +
    "largest loss.",
  "evidence.colours.similarity":
    "Red loses similarity when it is gone, blue gains. Colours compare parts of one size; " +
    "the frame marks the largest loss.",
  "evidence.list": "Parts by what is lost without them",
  "evidence.part": "Without",
  "evidence.lost.relevance": "Relevance",
  "evidence.lost.logit": "Logit",
  "evidence.lost.similarity": "Similarity",
  "evidence.less": "{count} further part costs less.|{count} further parts cost less.",
  "evidence.cell": "row {row}, column {column} of {steps}",
  "evidence.frame": "{first} s",
  "evidence.frames": "{first}–{last} s",
  "keys.evidence": "On the map of evidence: from part to part, each with its number",
};
