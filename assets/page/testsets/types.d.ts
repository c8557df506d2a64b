// Test sets and pins, for the check of types. Names are those of `ui/pin_rows.py`.

import type { Message } from "../kit/types";
import type { Interval } from "../judge/types";

export interface SetRow {
  name: string;
  collection: string;
  questions: number;
  documents: number;
  grades: number;
}

/** A pinned question, as it stood when it was asked last. */
export interface PinRow {
  pin: number;
  text: string;
  name: string; // of the item's file; empty where it has gone
  must: boolean;
  first: number;
  made: string;
  asked: string | null;
  holds: boolean | null; // null where it was never asked
  rank: number | null;
  why?: Message | null; // why it could not be asked
  moved?: Moved | null;
}

/** What is otherwise than when a pin last held. */
export interface Moved {
  rank_before: number | null;
  above: string[];
  changed: Condition[];
}

export type Condition =
  | "model"
  | "space"
  | "reranker"
  | "reranker_fingerprint"
  | "index"
  | "items"
  | "settings"
  | "version"
  | "questions";

export interface KnownSets {
  sets: SetRow[];
  pins: PinRow[];
  stale: boolean; // whether a pin has to be asked again
  local: boolean; // whether files of this computer can be named
}

/** How many questions were asked; last the row of the history, or why there is none. */
export interface EvaluateLine {
  done?: number;
  of?: number;
  run?: number;
  missing?: number; // graded documents that the library does not have
  message?: Message;
}

export interface Evaluated {
  run: number;
  ran: string;
  means: Partial<Record<"recall" | "rerank", Interval>>;
  changed: Condition[];
}

export interface SetHistory {
  name: string;
  measure: string;
  history: Evaluated[];
}

export interface Pinnable {
  text: string;
  hits: { item: number; name: string }[];
}
