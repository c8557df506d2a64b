// English words of the Lab, and of Help about it.

export const labEnglish = {
  "lab.parts": "Parts of the Lab",
  "lab.judge": "Judge",
  "lab.compare": "Compare",
  "lab.balance": "Balance",
  "lab.narrow":
    "The Lab needs a wider window: hits are graded and compared side by side there. Open " +
    "this address on a larger screen, or turn this one.",
  "lab.demo":
    "This is a public demonstration: no grades are written here. On your own computer, " +
    "the Lab has hits graded and says whether reranking helped.",
  "kept.grades": "Grades of the Lab",
  "kept.grades.where":
    "In the library, with the words of their questions, until they are undone. Each " +
    "browser sees its own, where several use one page.",
  "menu.judge": "Judge these hits",
  "judge.me": "Me",
  "judge.name": "Judge",
  "judge.pool": "Hits of each stage",
  "judge.first": "First {n}",
  "judge.questions": "Questions",
  "judge.noQuestions": "Nothing was asked yet. Finished searches of the history stand here.",
  "judge.of": "{graded} / {of}",
  "judge.progress": "{graded} of {of} graded",
  "judge.place": "{n} of {of}",
  "judge.loading": "Loading…",
  "judge.done": "All are graded. Results says what that means.",
  "judge.nextQuestion": "Next question",
  "judge.gone": "None of these hits is in the library any more.",
  "judge.none": "Search for something, then judge here what both stages found.",
  "judge.noHistory":
    "Search for something, then judge here what both stages found. No history is kept " +
    "here: what you search for can be judged until the program ends.",
  "judge.results": "Results",
  "judge.byFiles": "A question without words",
  "judge.before": "The item before (←)",
  "judge.next": "The next item (→)",
  "judge.undo": "Take back the last grade (u)",
  "judge.note": "Note",
  "judge.alt": "The item to be graded",
  "judge.grade": "How well does it answer the question?",
  "judge.grade.0": "Not relevant",
  "judge.grade.1": "Somewhat",
  "judge.grade.2": "Relevant",
  "judge.grade.3": "Exactly right",
  "judge.keys":
    "Stage, score and name are hidden, and the order is shuffled. Keys: grades by their " +
    "number, u takes the last one back, arrows go back and on, n turns to the next question.",
  "keys.grade": "In the Lab: grade what is shown",
  "keys.judge": "In the Lab: undo, the item before, the next one, the next question",
  "results.which": "Which questions",
  "results.all": "All questions",
  "results.one": "This question",
  "results.json": "Grades as JSON",
  "results.csv": "Grades as CSV",
  "results.back": "Back to judging",
  "results.loading": "Computing measures and intervals…",
  "results.none": "Nothing was graded yet. Grade some hits first.",
  "results.about": "{grades} grades; {n} question counts.|{grades} grades; {n} questions count.",
  "results.withoutRight":
    "{n} does not, because nothing of it is relevant.|{n} do not, because nothing of " +
    "them is relevant.",
  "results.withoutRun":
    "{n} does not, because the history has no search of it any more.|{n} do not, because " +
    "the history has no search of them any more.",
  "results.measures": "Both stages, by every measure",
  "results.questions": "Question by question",
  "results.agreement": "Agreement of judges",
  "results.reliability": "Does a relevance mean what it says?",
  "results.measure": "Measure",
  "results.recall": "Recall",
  "results.rerank": "Reranked",
  "results.difference": "Difference",
  "results.wins": "Better · equal · worse",
  "results.p": "p",
  "results.counts": "{wins} better · {ties} equal · {losses} worse",
  "results.question": "Question",
  "results.unjudged": "Not graded, first {k}",
  "results.grades": "{n} grade|{n} grades",
  "results.alpha":
    "Krippendorff's α = {alpha}, by {n} item that several judges graded.|Krippendorff's " +
    "α = {alpha}, by {n} items that several judges graded.",
  "results.noAlpha":
    "No item has different grades by several judges, so there is nothing to compare.",
  "results.oneJudge":
    "One judge so far. Let somebody else grade the same questions under another name.",
  "metric.ndcg": "nDCG@{k}",
  "metric.mrr": "MRR",
  "metric.precision": "Precision@{k}",
  "metric.recall": "Recall of the pool@{k}",
  "metric.ap": "Average precision",
  "answers.title": "Did reranking help here?",
  "answers.none": "That can be told once relevant hits of reranked searches are graded.",
  "answers.all": "All",
  "answers.helped": "Reranking helped",
  "answers.hurt": "Reranking made it worse",
  "answers.unclear": "Cannot be told yet",
  "answers.few": "Too few questions",
  "answers.n": "{n} question|{n} questions",
  "answers.published":
    "For reference, what is published of Qwen3-VL-Reranker over Qwen3-VL-Embedding-2B " +
    "(MMEB-v2 retrieval, points of 100). The two tables disagree; the README is the " +
    "solid tick, the report the dashed one.",
  "answers.readme": "README",
  "answers.report": "Report, table 5",
  "answers.line": "{source}, Reranker-{model}, {kind}: {recall} → {rerank} ({difference})",
  "compare.with": "Compare with…",
  "compare.go": "Compare",
  "compare.judge": "Compare and judge both",
  "compare.left": "Left",
  "compare.right": "Right",
  "compare.use": "Use this",
  "compare.hint":
    "Change something on one side, then compare. Search stays as it is until Use this.",
  "compare.none": "Search for something first: its question is compared here under two settings.",
  "compare.running": "Asking both sides…",
  "compare.stopped": "Stopped.",
  "compare.said":
    "First {k}: {overlap} % in common, difference {difference}, {n} item " +
    "elsewhere.|First {k}: {overlap} % in common, difference {difference}, {n} items " +
    "elsewhere.",
  "compare.other": "number {rank} on the other side",
  "compare.alone": "not on the other side",
  "compare.grade": "grade {grade}",
  "compare.of.instruction": "Instruction",
  "compare.of.words": "Exact words",
  "compare.of.rerank": "Rerank",
  "compare.of.depth": "Depth",
  "compare.of.top": "Results shown",
  "compare.of.quota": "Most of a kind",
  "compare.of.picture_words": "Words in pictures for the reranker",
  "compare.of.collapse": "Near copies as one",
  "compare.space": "Model and vectors",
  "compare.vectors": "{model}, {dimension} dimensions, {items} of {all} items",
  "compare.adapted": "{model} with {adapter}",
  "compare.dimension": "Dimensions",
  "compare.format": "Number format",
  "compare.kept": "{value}, as in the index",
  "compare.reranker": "Reranker",
  "compare.pixels": "Pictures for the reranker",
  "compare.pixels.1": "Full size",
  "compare.pixels.2": "Half the pixels",
  "compare.pixels.4": "A quarter of the pixels",
  "compare.cost.space": "Its embedder is loaded beside yours for as long as it answers.",
  "compare.cost.view":
    "{n} vectors are read first, about {time}. A search then reads {each} an item, {size} in all.",
  "compare.cost.read": "{n} vectors are read first, about {time}.",
  "compare.cost.large":
    "Other dimensions and number formats are for smaller libraries; measure them in " +
    "Settings › Storage.",
  "compare.cost.reranker":
    "That reranker is loaded beside yours for as long as it judges, every candidate anew.",
  "compare.cost.reranker.memory":
    "That reranker is loaded beside yours for as long as it judges ({size} of memory), " +
    "every candidate anew.",
  "compare.cost.pixels.2": "Every candidate is judged anew, in half of the time at best.",
  "compare.cost.pixels.4": "Every candidate is judged anew, in a quarter of the time at best.",
  "compare.cost.words": "The words in a picture are judged with it, so that each takes longer.",
  "curve.none": "No graded hit has a relevance.",
  "curve.error": "On average, relevance and the share of relevant hits are {error} apart.",
  "curve.bin": "Relevance {low}–{high}: {right} % of {n} relevant ({from}–{to} %)",

  "help.group.lab": "Lab",
  "help.judging": "Judging",
  "help.judging.text":
    "How many hits of the question's pool this judge has graded, and where in the pool " +
    "you are.",
  "help.grade": "Grades",
  "help.grade.text":
    "0 not relevant, 1 somewhat, 2 relevant, 3 exactly right. Where a measure knows " +
    "right and wrong alone, 2 and 3 are right. A grade belongs to question and item, " +
    "whatever the settings.",
  "help.pool": "Pool",
  "help.pool.text":
    "The first hits of each stage together, each once, shuffled. Only what is in it is " +
    "graded; what is not counts as not relevant.",
  "help.judges": "Judges",
  "help.judges.text":
    "Several people grade under their own names, of up to 60 characters. Of several " +
    "grades the median counts, the lower one of two.",
  "help.ndcg": "nDCG@k",
  "help.ndcg.text":
    "From 0 to 1: the grades of the first k hits, each divided by log2(1 + rank), as a " +
    "share of the best possible order.",
  "help.mrr": "MRR",
  "help.mrr.text":
    "From 0 to 1: one over the rank of the first relevant hit, on average over questions.",
  "help.hitrate": "Precision and recall",
  "help.hitrate.text":
    "From 0 to 1. Precision@k: the share of relevant hits among the first k. Recall of " +
    "the pool@k: the share of the pool's relevant hits that stand among the first k.",
  "help.ap": "Average precision",
  "help.ap.text":
    "From 0 to 1: the mean of the precision at the rank of every relevant hit of the " + "pool.",
  "help.unjudged": "Not graded",
  "help.unjudged.text":
    "How many of the first k hits have no grade, by recall · reranked. They count as not " +
    "relevant, so with many of them a measure says little.",
  "help.interval": "Interval",
  "help.interval.text":
    "The 95 % bootstrap interval: 2,000 times as many questions are drawn of those that " +
    "there are, and the middle 95 % of the means are shown. More questions make it " +
    "narrower.",
  "help.chance": "p",
  "help.chance.text":
    "How often chance alone gives a mean difference as large, by a two-sided permutation " +
    "test. From 0 to 1; below .05 it is usually called significant.",
  "help.wins": "Better, equal, worse",
  "help.wins.text": "In how many questions reranking raised, kept or lowered the measure.",
  "help.verdict": "Did reranking help?",
  "help.verdict.text":
    "The difference of nDCG, reranked less recall, with its 95 % interval. It helped " +
    "where the whole interval is above 0, and below 5 questions nothing is claimed. Of a " +
    "kind or collection only its own items count.",
  "help.published": "Published tables",
  "help.published.text":
    "Points of 100 by the makers of the models: recall of the Embedding-2B, then after " +
    "the reranker, over 100 candidates. Other data and other measures, so a line to look " +
    "at, no value to reach.",
  "help.alpha": "Agreement",
  "help.alpha.text":
    "Krippendorff's α for ordered grades: 1 is full agreement, 0 that of chance, below 0 " +
    "worse than chance. From .8 on grades are usually relied upon, from .667 on with " +
    "caution.",
  "help.overlap": "Two settings",
  "help.overlap.text":
    "In common: the share of the first items that both sides show, 0 to 100 %. " +
    "Difference: 1 − rank-biased overlap, from 0 for the same order to 1 for nothing in " +
    "common; the first ranks count most. Elsewhere: items whose rank differs.",
  "help.reliability": "Reliability",
  "help.reliability.text":
    "Graded hits by tenths of their relevance: the share of relevant ones with its 95 % " +
    "interval. On the dashed line a relevance of .7 is right 7 times of 10.",
};
