// English words of Lab › Test sets, and of Help about it.

export const setsEnglish = {
  "lab.sets": "Test sets",
  "kept.sets": "Test sets and pinned questions",
  "kept.sets.where":
    "In the library, with the words of their questions and what they have said, until they are " +
    "removed. Everybody who uses this page sees them.",
  "sets.none": "There is no test set yet.",
  "sets.hint":
    "Questions with grades, as BEIR, TREC and CSV files have them. The command sets brings one, " +
    "evaluate asks it; every run stands here.",
  "sets.counts": "{questions} questions · {documents} documents · {grades} grades",
  "sets.unasked": "This set was not evaluated yet.",
  "sets.ran": "Run",
  "sets.recall": "Recall",
  "sets.rerank": "Reranked",
  "sets.moved": "What changed",
  "sets.changed": "changed: {names}",
  "sets.and": ", ",
  "sets.condition.model": "model",
  "sets.condition.space": "vectors",
  "sets.condition.reranker": "reranker",
  "sets.condition.reranker_fingerprint": "weights of the reranker",
  "sets.condition.index": "index",
  "sets.condition.items": "items",
  "sets.condition.settings": "settings",
  "sets.condition.version": "version",
  "sets.condition.questions": "questions or grades",
  "pins.title": "Pinned questions",
  "pins.hint":
    "An item that must be among the first hits of a question, or must not be. All are asked " +
    "again here when the model, the index, the items or the settings have changed.",
  "pins.check": "Check now",
  "pins.checking": "Asking the pinned questions…",
  "pins.none": "Nothing is pinned yet. Search for something, then pin one of its hits here.",
  "pins.broken": "Broken: {n}",
  "pins.whole": "All hold.",
  "pins.holds": "Holds",
  "pins.breaks": "Broken",
  "pins.unasked": "Not asked yet",
  "pins.said": "must be among the first {n}",
  "pins.saidNot": "must not be among the first {n}",
  "pins.rank": "rank {rank}",
  "pins.gone": "The item has left the library",
  "pins.before": "Rank when it last held: {rank}",
  "pins.above": "New among the first: {names}",
  "pins.item": "Hit",
  "pins.which": "It",
  "pins.must": "must be",
  "pins.mustNot": "must not be",
  "pins.among": "Among the",
  "pins.first": "first {n}",
  "pins.add": "Pin",
  "pins.remove": "Take the pin away: {text}",
  "help.sets": "Test set",
  "help.sets.text":
    "Questions, documents and grades that were made elsewhere. Both stages are measured by them, " +
    "and every run says with which model, index and settings it was made.",
  "help.pins": "Pinned question",
  "help.pins.text":
    "Says that an item must, or must not, be among the first hits. Broken, it has the rank " +
    "before and now, what is new among the first, and what was changed since it last held.",
};
