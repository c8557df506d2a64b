// Judging, for the check of types. Names are those of `ui/judgement_rows.py`.

import type { Kind } from "../kit/types";

/** A part of the Lab. */
export interface LabPart {
  node: HTMLElement;
  show: () => unknown; // whenever it comes into sight
}

/** What a judge sees of an item. */
export interface Blind {
  id: number;
  kind: Kind;
  thumb: string;
  width: number | null;
  height: number | null;
  text: string; // of a passage
  start: number | null; // seconds
  end: number | null;
  grade: Grade | null;
  note: string;
}

/** How the loading of a pool stands. */
export type State = "idle" | "loading" | "ready" | "failed";

export type Grade = 0 | 1 | 2 | 3;

export interface Pool {
  runs: number[];
  text: string;
  items: Blind[];
}

/** A question that can be judged, and how far this judge is. */
export interface Judged {
  run: number;
  text: string;
  files: number;
  items: number;
  graded: number;
}

export type Stage = "recall" | "rerank";

export type Metric = "ndcg" | "mrr" | "precision" | "recall" | "ap";

/** A mean over questions; no interval where one says nothing of it. */
export interface Interval {
  mean: number;
  low: number | null;
  high: number | null;
  n: number;
}

export interface Difference extends Interval {
  p: number | null;
  wins: number;
  ties: number;
  losses: number;
}

/** Whether reranking helped, in a part of the library. */
export interface Part extends Difference {
  group: "all" | "kind" | "collection";
  name: string;
  verdict: "helped" | "hurt" | "unclear" | "few";
}

export interface Bin {
  low: number;
  high: number;
  n: number;
  relevance: number;
  right: number;
  right_low: number;
  right_high: number;
}

export interface Published {
  source: "readme" | "report";
  model: string;
  kind: Kind;
  recall: number;
  rerank: number;
  difference: number;
}

export interface Report {
  k: number;
  grades: number;
  questions: {
    text: string;
    ndcg: Partial<Record<Stage, number>>;
    unjudged: Partial<Record<Stage, number>>;
  }[];
  without_right: number;
  without_run: number;
  means: Partial<Record<Stage, Record<Metric, Interval>>>;
  differences: Partial<Record<Metric, Difference>>;
  parts: Part[];
  agreement: { alpha: number | null; judges: Record<string, number>; shared: number };
  reliability: Bin[];
  calibration_error: number | null;
  published: Published[];
}
