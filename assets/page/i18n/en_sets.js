// English words of Lab › Test sets, and of Help about it.

export const setsEnglish = {
  "lab.sets": "Test sets",
  "kept.sets": "Test sets and pinned questions",
  "kept.sets.where":
    "In the library, with the words of their questions and what they have said, until they are " +
    "removed. Everybody who uses this page sees them.",
  "sets.none": "There is no test set yet.",
  "sets.hint":
    "Questions with grades, as BEIR, TREC and CSV files have them. The command sets brings one; " +
    "it is asked here or by the command evaluate, and every run stands here.",
  "sets.questions": "{n} question|{n} questions",
  "sets.documents": "{n} document|{n} documents",
  "sets.grades": "{n} grade|{n} grades",
  "sets.unasked": "This set was not evaluated yet.",
  "sets.stages": "Stages that are measured",
  "sets.stages.both": "Both stages",
  "sets.stages.recall": "Recall alone",
  "sets.stages.rerank": "Reranked alone",
  "sets.recallAt": "Recall@{k}",
  "sets.evaluate": "Evaluate",
  "sets.asking": "Asking the questions…",
  "sets.missing":
    "{n} graded document is not in the library.|{n} graded documents are not in the library.",
  "sets.measure": "Measure that is drawn",
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
    "again, also in the background, when the model, the index, the items or the settings change.",
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
  "pins.of": "Pin a hit of",
  "pins.which": "Rule",
  "pins.must": "must be among",
  "pins.mustNot": "must not be among",
  "pins.among": "How many",
  "pins.first": "the first {n}",
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
