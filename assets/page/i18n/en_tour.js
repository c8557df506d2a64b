// English words of the tour through the guided queries. What to look at comes with each query.

export const tourEnglish = {
  "tour.title": "Tour",
  "tour.begin": "Take the tour",
  "tour.count": "Tour: {n} of {total}",
  "tour.next": "Next",
  "tour.back": "Previous",
  "tour.leave": "Leave the tour",
  "tour.look": "What to look at",
  "tour.look.recall": "Recall had it at {rank}",
  "tour.look.up": "Reranking moved it up by {n}, to {rank}",
  "tour.look.down": "Reranking moved it down by {n}, to {rank}",
  "tour.look.same": "Reranking left it at {rank}",
  "tour.look.why": "Why",
  "tour.right": "What is right:",
  "tour.absent": "What would be right is not in the library, so nothing is said of the stages.",
  "tour.unranked": "Reranking is off, so there is nothing to compare recall with.",
  "tour.recall.right": "Recall is right: {title} stands first.",
  "tour.recall.wrong": "Recall is wrong here: it puts {title} first, and what is right at {rank}.",
  "tour.recall.missed":
    "Recall is wrong here: it puts {title} first, and nothing that is right among its {total} " +
    "candidates.",
  "tour.recall.silent": "Recall has found nothing.",
  "tour.rerank.right": "The reranker is right: {title} stands first.",
  "tour.rerank.wrong":
    "The reranker is wrong here: it puts {title} first, and what is right at {rank}.",
  "tour.rerank.missed":
    "The reranker is wrong here: it puts {title} first, and nothing that is right was among " +
    "the {total} that it judged.",
  "tour.rerank.silent": "The reranker has judged nothing.",
  "keys.tour": "Next and previous stop of the tour",
};
