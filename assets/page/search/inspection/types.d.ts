// What a finished search shows when asked, as `ui/routes/inspecting.py` answers it.

import type { Kind, Message } from "../../kit/types";

/** How far both stages agree. */
export interface Agreement {
  tau: number | null; // of fewer than two hits
  hits: number;
  k: number;
  overlap: number; // of the first k
}

/** The final list, had the reranker judged only so many. */
export interface Depth {
  depth: number;
  milliseconds: number;
  top: number[]; // ids of items
  entered: number[]; // what would come in from below, best first
}

export interface Depths {
  depths: Depth[];
  measured: boolean; // or time is shared out
}

/** What judging again would cost. */
export interface Plan {
  candidates: number;
  seconds: number; // for each way
  measured: boolean;
  ways: PlannedWay[];
}

export interface PlannedWay {
  way: "batch" | "pixels" | "dtype";
  why_not: Message | null;
  memory: number; // bytes
  dtype: string;
}

/** How far judging again has come, with the lowest and highest relevance of each hit. */
export interface Margins {
  done: number;
  total: number;
  hits: { item: number; relevance: number; low: number; high: number }[];
  ties: [first: number, last: number][];
  failed?: Message;
}

/** What a row says once its search was judged again. */
export interface Margin {
  text: string; // ± and half of the range
  tied: [first: number, last: number] | null; // ranks that cannot be told apart
}

/** Lowest, first quartile, median, third quartile, highest. */
export type Quartiles = [number, number, number, number, number];

export interface KindScores {
  kind: Kind;
  count: number;
  shown: number;
  similarity: Quartiles | null;
  relevance: Quartiles | null;
}

export interface Placed {
  item: number;
  kind: Kind;
  rank: number;
  within: number; // rank within its kind
}

export interface Kinds {
  kinds: KindScores[];
  hits: Placed[];
}
