// Comparing, for the check of types. Names are those of `inspection/comparison.py`.

import type { Changes, Found, SentQuestion, Stage } from "../search/types";
import type { Message } from "../kit/types";

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
  own: boolean; // of the model in use
}

/** A question of several, as the table has it. */
export interface Compared {
  question: SentQuestion;
  comparison: Comparison | null;
  why: string; // where it failed
}

export interface Comparing {
  questions: SentQuestion[];
  left: Changes;
  right: Changes;
  spaces: string[];
  keep: boolean;
}
