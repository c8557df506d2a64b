// The value that the server sends for a search, and what its question is.

import { DEFAULTS, fromQuestion, isEverything, isQuestion } from "../question/state.js";

/** @import { Sent, Value } from "../types" */

/** The value with its question as the page has questions, flat no longer; null for none.
 *  @param {Sent | null} sent @returns {Value | null} */
export function withQuestion(sent) {
  if (!sent) return null;
  const asked = { ...fromQuestion(sent.question), items: sent.items, words: sent.words ?? [] };
  return { ...sent, asked };
}

/** Whether a value begins a search for nothing, which will be refused at once.
 *  @param {Value} value */
export function asksNothing({ stage, asked }) {
  const question = { ...asked, choices: { ...DEFAULTS, ...asked.choices } };
  return stage === "begun" && !isQuestion(question) && !isEverything(question);
}

/** Whether more values of the search will come.
 *  @param {Value} value */
export const isRunning = ({ stage }) => ["begun", "recall", "rerank"].includes(stage);
