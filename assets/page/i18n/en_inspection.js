// English words of what a finished search shows when asked, and of quotas.

export const inspectionEnglish = {
  "field.quota": "At most of a kind",
  "quota.any": "any",
  "quota.hint":
    "In the final list. The reranker chooses which; recall looks further for other kinds.",
  "quota.over": "over quota",
  "verdict.over":
    "Recall found it at {from}; better ones of its kind fill the quota of the final list.",
  "chip.quota": "At most: {kinds}",
  "inspect.title": "Depth, ties and kinds",
  "inspect.later": "Once this search is over, it can be looked into.",
  "inspect.unfinished": "Only a search that came to its end can be looked into.",
  "inspect.unjudged": "Nothing was reranked, so there are no stages to compare.",
  "inspect.off": "This search was not kept in the history, so it cannot be looked into.",
  "inspect.loading": "Loading…",
  "inspect.again": "Try again",
  "inspect.rest": "and {n} more",
  "inspect.depth": "Depth explorer",
  "inspect.depth.hint": "What the list would be, had the reranker judged fewer candidates.",
  "inspect.top": "The final list at this depth",
  "inspect.below": "What would come in from below",
  "inspect.use": "Search with depth {n}",
  "inspect.deeper": "Look {n} deep",
  "inspect.cost": "depth {n} · {time}",
  "inspect.cost.shared": "depth {n} · about {time}",
  "inspect.leaves": "leaves the list at the full depth",
  "inspect.entered":
    "{n} hit from below this depth would come in:|{n} hits from below this depth would come in:",
  "inspect.none": "Nothing from below depth {n} would come in.",
  "agreement.line": "Stages agree: τ {tau} · {overlap} of the first {k} the same",
  "stability.title": "Ties and stability",
  "stability.hint":
    "Judges all candidates again, to see by how much scores differ that should be the same.",
  "stability.ways": "What is changed",
  "stability.batch": "Each candidate alone in its batch",
  "stability.pixels": "Half the pixels",
  "stability.dtype": "Numbers in {dtype}",
  "stability.memory": "loads the model a second time: {size} of memory",
  "stability.cost": "{n} candidates in {ways} ways: about {time}. Searches go first meanwhile.",
  "stability.begin": "Judge again",
  "stability.stop": "Stop",
  "stability.progress": "{done} of {total} judged",
  "stability.stopped": "Stopped after {done} of {total}; this is what is known.",
  "stability.ties": "Positions {first} to {last} cannot be told apart.",
  "stability.apart": "All positions can be told apart.",
  "stability.list": "Hits with the range of their relevance",
  "balance.title": "How kinds compete",
  "balance.hint": "Where the scores of each kind lie, and the rank of a hit within its kind.",
  "balance.kind": "{kind}: {n} candidate, {shown} shown|{kind}: {n} candidates, {shown} shown",
  "balance.median": "median {n}",
  "balance.numbers": "Lowest, quartiles and highest: {numbers}",
  "balance.within": "{kind} no. {n}",
  "balance.list": "Hits with their rank within their kind",
  "kept.last": "Searches that no history keeps",
  "kept.last.where":
    "The last 20 of each person in memory alone, so that they can be looked into; they go " +
    "with the program.",
  "results.import": "Read grades from a file",
  "results.imported":
    "{n} grade of {found} added; the others were known.|{n} grades of {found} added; the " +
    "others were known.",
  "results.clear": "Delete all grades",
  "results.cleared": "All grades are deleted.",
  "results.restored": "The grades are back.",
  "results.tooLate": "That is too long ago; the grades are gone.",
  "balances.hint":
    "How kinds share the final lists of your searches, where their scores lie, and whether " +
    "one kind crowds out another.",
  "balances.which": "Which searches",
  "balances.count": "How many",
  "balances.last": "Last {n}",
  "balances.none": "Nothing was asked yet. Search for something, then look here.",
  "balances.about":
    "{n} question, {judged} of them reranked.|{n} questions, {judged} of them reranked.",
  "balances.share": "{share} % of what is shown",
  "balances.counts":
    "{shown} shown of {candidates} candidates, {most} at most in one search; among the " +
    "candidates of {in} of {n} questions.",
  "balances.suggestion":
    "With at most {most} of {kind}, every kind that has a relevant hit is shown in {after} of " +
    "{n} questions; without, in {before}.",
  "balances.enough": "No quota of one kind would show more kinds with relevant hits.",
  "balances.texts": "The questions",
  "balances.ask": "Ask questions for it",
  "balances.go": "Ask all",
  "several.title": "Several questions",
  "several.placeholder": "One question a line",
  "several.most":
    "{most} questions are asked together; {count} more was left out.|{most} questions are asked " +
    "together; {count} more were left out.",
  "several.saved": "Saved searches",
  "several.recent": "Recent searches",
  "several.go": "Compare all",
  "several.done": "{done} of {of}",
  "several.json": "Export as JSON",
  "several.csv": "Export as CSV",
  "several.question": "Question",
  "several.difference": "Difference",
  "several.overlap": "In common",
  "several.movers": "Items elsewhere",
  "missing.title": "Other models, adapters and picture sizes",
  "missing.text":
    "A model answers where the library has its vectors. What is missing, and about how " +
    "long embedding takes on this computer:",
  "missing.again":
    "Another picture size for recall (budget.json in a copy of the model's folder) or an " +
    "adapter: all {n} items to embed, about {time}, once it is chosen under the models.",
  "missing.line": "{name}: {n} items to embed, about {time}",
  "missing.unknown": "a time that was not measured here",
  "missing.none": "Every known model has vectors of all items.",
  "missing.models": "To the models",
};
