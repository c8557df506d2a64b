// Comparing, for the check of types. Names are those of `inspection/comparison.py`.

import type { Changes, Found, SentQuestion, Stage } from "../search/types";
import type { Kind, Message } from "../kit/types";
import type { Quartiles } from "../search/inspection/types";

export interface Mover {
  item: number;
  left: number | null; // rank
  right: number | null;
}

export interface Comparison {
  k: number;
  overlap: number;
  difference: number;
  movers: Mover[];
}

/** What the board of one side shows. */
export type SideValue = Found & { stage: Stage };

/** A line of the answer: a step of one side, the end of a question, or why it failed. */
export interface CompareLine {
  n: number; // of the question
  side?: 0 | 1;
  value?: SideValue;
  comparison?: Comparison;
  runs?: (number | null)[];
  grades?: Record<string, number>; // by item
  message?: Message;
}

/** Vectors of a model, which may answer. */
export interface SpaceRow {
  fingerprint: string;
  model: string;
  dimension: number;
  items: number; // with a vector, of all
  all: number;
  adapter: string; // name of its folder; empty for none
  own: boolean; // of the model in use
  seconds: number; // to read all its vectors
  views: { dimension: number; format: string; bytes: number }[]; // of an item; none of many items
}

/** A reranker that may judge. */
export interface RerankerRow {
  key: string;
  name: string;
  memory: number; // bytes while it is loaded; 0 where unknown
  own: boolean; // the one in use
}

/** Vectors and rerankers that may answer, and how the index keeps all of them. */
export interface Spaces {
  spaces: SpaceRow[];
  rerankers: RerankerRow[];
  kept: { dimension: number | null; format: string };
}

/** What answers a side, where not what usually does. */
export interface Answered {
  space: string; // fingerprint; empty for the usual one
  dimension: number | null;
  format: string | null;
  reranker: string; // key; empty for the one in use
  pixels: number; // the reranker sees one in so many tokens of a picture
}

/** A question of several, as the table has it. */
export interface Compared {
  question: SentQuestion;
  comparison: Comparison | null;
  why: string; // where it failed
}

/** A kind over several searches, as `inspection/balances.py` tells of it. */
export interface KindShare {
  kind: Kind;
  searches: number;
  candidates: number;
  shown: number;
  share: number; // of all that is shown
  most: number; // shown in one search
  similarity: Quartiles | null;
  relevance: Quartiles | null;
}

export interface Balances {
  searches: number;
  judged: number;
  kinds: KindShare[];
  suggestion: { kind: Kind; most: number; before: number; after: number } | null;
  texts: string[];
}

/** A line of the answer to questions that are asked for their balance. */
export interface AskedLine {
  n: number; // of the question, from 1
  balance?: Balances; // of those so far
  message?: Message; // why it could not be asked
}

export interface Comparing {
  questions: SentQuestion[];
  left: Changes;
  right: Changes;
  answered: Answered[];
  keep: boolean;
}
